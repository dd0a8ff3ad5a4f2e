// Who is authorized stays so in this tab, over a reload, and nowhere else: in `sessionStorage`, not in `localStorage`.
const KEPT = "authorized";

// The dialog "Authorize" asks for what a user has. The metrics' token is asked for alone, by the lock of their operation.
const OF_OPERATORS = "metrics";
const apart = (show) => (schemes) =>
  show(schemes && schemes.size > 1 ? schemes.filter((one) => !one.has(OF_OPERATORS)) : schemes);

// Every field of the dialog takes the focus when it is made, so the last one keeps it; the first one is wanted.
const focusingTheFirst = (Original, { React }) =>
  class extends React.Component {
    componentDidMount() {
      document.querySelector(".auth-container input")?.focus();
    }
    render() {
      return React.createElement(Original, this.props);
    }
  };

const ui = SwaggerUIBundle({
  url: "schema/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  plugins: [
    {
      statePlugins: { auth: { wrapActions: { showDefinitions: apart } } },
      wrapComponents: { authorizationPopup: focusingTheFirst },
    },
  ],
  onComplete() {
    ui.authActions.authorize(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"));
    ui.getStore().subscribe(() => {
      const authorized = ui.authSelectors.authorized().toJS();
      sessionStorage.setItem(KEPT, JSON.stringify(authorized));
    });
  },
});
