"""What the server answers to, to whom, and with which headers."""

import pytest
from protocol import Speaker, token_of

from crviz.dashboard.serving.socket import is_allowed


def test_a_document_costs_no_session_and_may_load_only_what_is_here(server):
    status, headers, document = server.ask("/?sigma2=0.5")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert "unsafe-inline" not in policy["script-src"]
    nonce = policy["script-src"].split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in document
    assert nonce not in server.ask("/")[2]


def test_a_look_at_the_headers_alone_is_answered(server):
    status, headers, body = server.ask("/", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 1000


def test_static_files_have_the_headers_too(server):
    status, headers, _ = server.ask("/static/js/bokeh.min.js", "HEAD")
    assert status == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("path", ["/?bokeh-session-id=mine", "/?bokeh-token=mine"])
def test_nobody_chooses_the_name_of_a_session(server, path):
    assert server.ask(path)[0] == 403
    assert server.ask("/", headers={"Bokeh-Session-Id": "mine"})[0] == 403


@pytest.mark.parametrize("path", ["/autoload.js?bokeh-autoload-element=x", "/metadata", "/nothing", "/ws/x"])
def test_nothing_else_is_there(server, path):
    assert server.ask(path)[0] == 404


def test_an_endless_query_is_refused(server):
    assert server.ask("/?p=" + "1" * 5000)[0] == 414


def forged(token):
    return token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)


@pytest.mark.parametrize(
    "make", [forged, lambda token: "e30", lambda token: "x", lambda token: token.split(".")[0]]
)
def test_a_forged_token_opens_nothing(server, make):
    speaker = Speaker(server, token=make(token_of(server.ask()[2])))
    try:
        assert speaker.greeting is None
    finally:
        speaker.close()
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("origin", "host", "names", "allowed"),
    [
        ("http://127.0.0.1:5006", "127.0.0.1:5006", (), True),
        ("http://localhost:5006", "localhost:5006", (), True),
        ("http://[::1]:5006", "[::1]:5006", (), True),
        ("http://127.0.0.1:5007", "127.0.0.1:5006", (), False),
        ("http://evil.example", "127.0.0.1:5006", (), False),
        ("http://evil.example:5006", "evil.example:5006", (), False),  # a name that was made to lead here
        ("https://crviz.example.org", "127.0.0.1:5006", ("crviz.example.org",), True),
        ("https://crviz.example.org:8443", "127.0.0.1:5006", ("crviz.example.org:8443",), True),
        ("https://crviz.example.org.evil.example", "127.0.0.1:5006", ("crviz.example.org",), False),
        ("https://any.example", "127.0.0.1:5006", ("*",), True),
        ("null", "127.0.0.1:5006", (), False),
        ("", "", (), False),
    ],
)
def test_which_pages_may_connect(origin, host, names, allowed):
    assert is_allowed(origin, host, names) == allowed


def test_a_page_of_another_site_is_refused(server):
    with pytest.raises(Exception, match="403"):
        Speaker(server, origin="http://evil.example")
