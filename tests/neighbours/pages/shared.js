// What the pages of the browser tests share. `?api=` says where the API is; what a page finds it reports to its own server.
const query = new URLSearchParams(location.search);
const api = query.get("api");
const PASSWORD = "a quiet harbour at dawn";

export const parameter = (name) => query.get(name);

export async function call(method, path, { token, body, headers = {}, cookie = false } = {}) {
  const options = { method, headers: { ...headers }, credentials: cookie ? "include" : "omit" };
  if (token) options.headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(api + path, options);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

export const credentials = (name, more = {}) => ({ email: `${name}@example.org`, password: PASSWORD, ...more });

export async function join(name, delivery = "body") {
  await call("POST", "/api/auth/register", { body: credentials(name) });
  const cookie = delivery === "cookie";
  return (await call("POST", "/api/auth/login", { body: credentials(name, { delivery }), cookie })).body;
}

export const refreshByCookie = () => call("POST", "/api/auth/refresh", { cookie: true });

export const report = (name, found) => fetch(`/report/${name}`, { method: "POST", body: JSON.stringify(found) });

export async function reported(name) {
  for (;;) {
    const found = await (await fetch("/reports")).json();
    if (name in found) return found[name];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// What keeps the browser from giving an answer to a page is a TypeError that says nothing.
export async function blocked(asking) {
  try {
    return (await asking).status;
  } catch (error) {
    return error.name;
  }
}

export async function run(name, work) {
  let found;
  try {
    found = await work();
  } catch (error) {
    found = { error: `${error}` };
  }
  await report(name, found);
}
