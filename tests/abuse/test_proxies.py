"""Behind a proxy that hands the path on or takes it off, with passwords, and at addresses of IPv6."""

import http.cookiejar
import json
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from protocol import PATIENCE, Served, Speaker, served

PREFIX = "/crviz"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /crviz/ {{
      proxy_pass {behind}{path};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
    }}
  }}
}}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def below(tmp_path_factory):
    with served(tmp_path_factory.mktemp("library"), "--prefix", PREFIX, "--behind-proxy") as server:
        yield server


@pytest.fixture(params=[PREFIX + "/", "/"], ids=["the path is handed on", "the path is taken off"])
def proxied(request, below, tmp_path):
    """Address of the page behind nginx."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx on this machine")
    port, origin = free_port(), below.address.removesuffix(PREFIX)
    file = tmp_path / "nginx.conf"
    file.write_text(NGINX.format(folder=tmp_path, port=port, behind=origin, path=request.param))
    with subprocess.Popen([nginx, "-c", str(file), "-e", str(tmp_path / "error.log")]) as process:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Proxied(below, f"http://127.0.0.1:{port}{PREFIX}")
        process.terminate()


class Proxied(Served):
    """A server as it is seen from before its proxy."""

    def __init__(self, behind, address):
        self.process, self.said, self.address = behind.process, behind.said, address


def test_a_page_is_complete_behind_a_proxy(proxied):
    status, _, document = proxied.ask("/?sigma2=0.5")
    assert status == 200
    script = document.split('<script type="module" src="')[1].split('"')[0]
    assert not script.startswith("/")  # it is found from the page's own address
    assert proxied.ask(f"/{script}")[0] == 200
    speaker = Speaker(proxied, origin=proxied.address.removesuffix(PREFIX))
    assert speaker.pull()["roots"]
    speaker.close()


def test_the_prefix_alone_leads_to_the_page(below):
    plain = Proxied(below, below.address.removesuffix(PREFIX))
    status, headers, _ = plain.ask(PREFIX, headers={"Connection": "close"})
    assert status == 200  # after a redirection
    assert "html" in headers["Content-Type"]


def log_in(visitor, server, password):
    """Where somebody is led who says a password."""
    said = urllib.parse.urlencode({"username": "ada", "password": password}).encode()
    with visitor.open(server.address + "/login", said) as answer:
        assert ('name="password"' in answer.read().decode()) == ("login" in answer.url)
        return answer.url


def test_a_page_with_passwords_asks_for_one(tmp_path):
    names = tmp_path / "names.json"
    names.write_text(json.dumps({"ada": "a secret of hers"}))
    with served(tmp_path / "library", "--passwords", names, "--prefix", PREFIX) as server:
        keeps = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        visitor = urllib.request.build_opener(keeps)
        with visitor.open(server.address + "/?sigma2=0.5") as entrance:
            assert 'name="password"' in entrance.read().decode()
            assert entrance.url.startswith(server.address + "/login?")
        assert log_in(visitor, server, "a secret of hers") == server.address + "/?sigma2=0.5"
        assert log_in(visitor, server, "wrong").startswith(server.address + "/login?error=")
        assert log_in(visitor, server, "a secret of hers") == server.address + "/"
        assert "a secret of hers" not in server.log
        with pytest.raises(Exception, match="403"):
            Speaker(server, token="x")


def test_an_address_of_ipv6_serves_a_page(tmp_path):
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 on this machine")
    with served(tmp_path, "--address", "::1") as server:
        assert server.address.startswith("http://[::1]:")
        assert server.ask()[0] == 200
        speaker = Speaker(server)
        assert speaker.pull()["roots"]
        speaker.close()
        assert "Traceback" not in server.log
