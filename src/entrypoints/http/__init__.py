"""The HTTP API. Knows no adapter: `app.create_app` is given use cases, and the parts that `ports` names.

A request meets, from the outside in:

    frame      what every response has, and what is written down (`telemetry`) of each (`exchange`)
    app        the framework: finds the route, turns errors into `problems`
    pipeline   the checks in the promised order: `limits`, credentials, `json_body`, `query`
    *_routes   the routes (`routing`), each with a handler: `*_input` in, one use case, `wire` out

`shapes` are the types on the wire; `openapi` describes them and the routes, `reference_routes` shows that.
"""
