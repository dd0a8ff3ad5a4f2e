// Who is authorized stays so in this tab, over a reload, and nowhere else: in `sessionStorage`, not in `localStorage`.
const KEPT = "authorized";

const ui = SwaggerUIBundle({
  url: "schema/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  onComplete() {
    ui.authActions.authorize(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"));
    ui.getStore().subscribe(() => {
      const authorized = ui.authSelectors.authorized().toJS();
      sessionStorage.setItem(KEPT, JSON.stringify(authorized));
    });
  },
});
