SwaggerUIBundle({
  url: "schema/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
});
