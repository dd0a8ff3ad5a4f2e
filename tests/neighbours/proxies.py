"""nginx and Caddy with the configurations of `deploy/`, in which only places and ports are others."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import attrs
import httpx

from tests.neighbours.certificates import write_certificate
from tests.programs import program
from tests.serving import PATIENCE_SECONDS, REPOSITORY, eventually, free_port

SITE = "todo.example.org"
"""The host name in the configurations."""
DEPLOY = REPOSITORY / "deploy"


@attrs.frozen
class Proxy:
    """A running proxy: its ports, the certificate that clients trust, and its access log."""

    https: int
    http: int
    certificate: Path
    log: Path
    prefix: str = ""

    def client(self, *, source: str = "127.0.0.1", host: str = SITE, token: str | None = None) -> httpx.Client:
        """Return a client that calls the proxy by a host name, from an address of the loopback network."""
        context = ssl.create_default_context(cafile=self.certificate)

        def name_the_host(request: httpx.Request) -> None:
            request.extensions = {**request.extensions, "sni_hostname": host}

        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.https}{self.prefix}",
            headers={"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {}),
            transport=httpx.HTTPTransport(verify=context, local_address=source),
            event_hooks={"request": [name_the_host]},
            timeout=30,
        )

    def plain_client(self) -> httpx.Client:
        """Return a client without TLS."""
        return httpx.Client(base_url=f"http://127.0.0.1:{self.http}", headers={"Host": SITE}, timeout=30)

    def accepts(self) -> bool:
        """Say whether it takes connections, and has its certificate."""
        try:
            self.exchange(b"GET /health HTTP/1.0\r\n\r\n")
        except OSError:
            return False
        return True

    def exchange(self, *sent: bytes) -> bytes:
        """Send bytes as they are, over TLS, and return everything that comes back."""
        context = ssl.create_default_context(cafile=self.certificate)
        with (
            socket.create_connection(("127.0.0.1", self.https), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname=SITE) as connection,
        ):
            for part in sent:
                connection.sendall(part)
            received = b""
            while more := connection.recv(65536):
                received += more
            return received


def edited(text: str, changes: dict[str, str]) -> str:
    """Return a configuration with other words in some places, each of which has to be there."""
    for old, new in changes.items():
        assert old in text, f"the configuration does not say {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def running(proxy: Proxy, command: Sequence[str | Path], directory: Path, **environment: str) -> Iterator[Proxy]:
    """Run a proxy for as long as the block."""
    said = directory / "output.log"
    with said.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=directory, env={**os.environ, **environment}
        )

    def accepts() -> bool:
        assert process.poll() is None, said.read_text()
        return proxy.accepts()

    try:
        eventually(accepts, said.read_text)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def nginx_files(directory: Path, upstreams: Sequence[int], https: int, http: int) -> Path:
    """Write the configuration of `deploy/nginx` with these ports into a directory, and return its main file."""
    for file in (DEPLOY / "nginx").glob("*.conf"):
        shutil.copy(file, directory)
    temporary = " ".join(
        f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    servers = "\n".join(f"    server 127.0.0.1:{port} max_fails=0;" for port in upstreams)
    changes = {
        "nginx.conf": {
            "/var/log/nginx": str(directory),
            "/run/nginx.pid": f"{directory}/pid",
            "http {": f"http {{ {temporary}",
        },
        "todo-core-http.conf": {
            "    server 127.0.0.1:8000 max_fails=0;\n    server 127.0.0.1:8001 max_fails=0;": servers,
        },
        "todo-core-proxy.conf": {"/var/log/nginx": str(directory)},
        "todo-core-problem.conf": {"/var/log/nginx": str(directory)},
        "todo-core-site.conf": {
            "listen 443": f"listen 127.0.0.1:{https}",
            "listen [::]:443": f"listen [::1]:{https}",
            "listen 80": f"listen 127.0.0.1:{http}",
            "listen [::]:80": f"listen [::1]:{http}",
            "/etc/nginx/tls": str(directory),
        },
    }
    for name, words in changes.items():
        file = directory / name
        file.write_text(edited(file.read_text(), words))
    write_certificate(directory / "todo-core.pem", directory / "todo-core.key", SITE)
    return directory / "nginx.conf"


@contextmanager
def nginx(directory: Path, upstreams: Sequence[int]) -> Iterator[Proxy]:
    """Run nginx before servers on these ports."""
    command = program("nginx")
    proxy = Proxy(free_port(), free_port(), directory / "todo-core.pem", directory / "todo-core.log")
    main = nginx_files(directory, upstreams, proxy.https, proxy.http)
    with running(proxy, [command, "-c", main, "-e", directory / "error.log", "-g", "daemon off;"], directory):
        yield proxy


@contextmanager
def nginx_below_a_path(directory: Path, upstreams: Sequence[int]) -> Iterator[Proxy]:
    """Run nginx with todo-core below `/todo` of another site, by the lines that todo-core-prefix.conf asks for."""
    command = program("nginx")
    proxy = Proxy(free_port(), free_port(), directory / "todo-core.pem", directory / "todo-core.log", "/todo")
    main = nginx_files(directory, upstreams, proxy.https, proxy.http)
    (directory / "todo-core-site.conf").write_text(f"""
        server {{
            listen 127.0.0.1:{proxy.https} ssl;
            server_name {SITE};
            ssl_certificate {proxy.certificate};
            ssl_certificate_key {directory}/todo-core.key;
            include todo-core-problem.conf;
            include todo-core-prefix.conf;
            location / {{ return 200 "another site"; }}
        }}
    """)
    with running(proxy, [command, "-c", main, "-e", directory / "error.log", "-g", "daemon off;"], directory):
        yield proxy


def caddy_options(proxy: Proxy) -> str:
    """Return global options that keep Caddy on this machine, with certificates of its own."""
    return f"""
    admin off
    persist_config off
    local_certs
    skip_install_trust
    https_port {proxy.https}
    http_port {proxy.http}
    default_bind 127.0.0.1
    """


@contextmanager
def caddy_with(directory: Path, upstreams: Sequence[int], text: Callable[[Proxy], str], prefix: str) -> Iterator[Proxy]:
    """Run Caddy with a configuration before servers on these ports."""
    command = program("caddy")
    root = directory / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    proxy = Proxy(free_port(), free_port(), root, directory / "output.log", prefix)
    shutil.copy(DEPLOY / "caddy" / "todo-core.caddy", directory)
    (directory / "Caddyfile").write_text(text(proxy))
    environment = {
        "XDG_DATA_HOME": str(directory / "data"),
        "XDG_CONFIG_HOME": str(directory / "config"),
        "PROXY_SITE": SITE,
        "PROXY_UPSTREAMS": " ".join(f"127.0.0.1:{port}" for port in upstreams),
    }
    with running(proxy, [command, "run", "--config", directory / "Caddyfile"], directory, **environment):
        yield proxy


def caddy(directory: Path, upstreams: Sequence[int]) -> AbstractContextManager[Proxy]:
    """Run Caddy before servers on these ports."""
    text = (DEPLOY / "caddy" / "Caddyfile").read_text()
    return caddy_with(
        directory, upstreams, lambda proxy: edited(text, {"\n{\n": f"\n{{{caddy_options(proxy)}"}), prefix=""
    )


def caddy_below_a_path(directory: Path, upstreams: Sequence[int]) -> AbstractContextManager[Proxy]:
    """Run Caddy with todo-core below `/todo` of another site."""
    text = edited((DEPLOY / "caddy" / "Caddyfile.prefix").read_text(), {"home.example": SITE})
    return caddy_with(directory, upstreams, lambda proxy: f"{{{caddy_options(proxy)}}}\n{text}", prefix="/todo")


PROXIES = {"nginx": nginx, "caddy": caddy}
BELOW_A_PATH = {"nginx": nginx_below_a_path, "caddy": caddy_below_a_path}
