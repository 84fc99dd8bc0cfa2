"""The documentation as it was built: whole, and nothing in it comes from elsewhere."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from protocol import served

from crviz import paths
from crviz.dashboard import words
from crviz.dashboard.panels import registered

BUILT = paths.documentation()
pytestmark = pytest.mark.skipif(BUILT is None, reason="built by `sphinx-build -W docs docs/_build/html`")
#: Attributes that make a browser fetch something, by the element.
FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.fetched = set(), [], []
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            if (tag, name) in FETCHED:
                self.fetched.append(value)
            elif name in ("href", "src"):
                self.links.append(value)


page = cache(Page)


def pages():
    return sorted(BUILT.rglob("*.html")) if BUILT else []


def dead(link, path):
    """Whether a link of a page leads to nothing that is here."""
    parts = urlsplit(link)
    if parts.scheme:  # another host's, for who follows it
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return True
    return (
        bool(parts.fragment) and target.suffix == ".html" and unquote(parts.fragment) not in page(target).ids
    )


def test_there_are_pages_and_their_links_lead_somewhere():
    assert len(pages()) > 40
    assert [(path.name, link) for path in pages() for link in page(path).links if dead(link, path)] == []


def test_nothing_is_fetched_from_other_hosts():
    fetched = [(path, each) for path in pages() for each in page(path).fetched]
    assert len(fetched) > 100
    assert [(path.name, each) for path, each in fetched if urlsplit(each).netloc or dead(each, path)] == []
    sheets = "".join(path.read_text(encoding="utf8") for path in BUILT.rglob("*.css"))
    assert re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", sheets) == []


def test_a_link_into_nothing_is_found(tmp_path):
    there = tmp_path / "there.html"
    there.write_text("<p id='here'><a href='there.html#here'></a></p>")
    assert not dead("there.html#here", there)
    assert dead("there.html#gone", there)
    assert dead("gone.html", there)


def test_the_pages_explanations_lead_to_what_is_there(monkeypatch):
    texts = [each.folder / "help.html" for each in registered() if each.heading]
    texts += (Path(words.__file__).parent / "help").glob("*.html")
    links = [link for path in texts for link in re.findall(r'href="([^"]*)"', words._html_of(path, True))]
    assert len(links) > 20
    assert [link for link in links if dead(link.removeprefix("docs/"), BUILT / "index.html")] == []


def test_equations_have_the_numbers_of_the_paper():
    text = "".join(path.read_text(encoding="utf8") for path in (BUILT / "explanation").glob("*.html"))
    numbers = re.findall(r'<span class="eqno">\((\w+)\)</span>', text)
    assert sorted(numbers) == sorted([*map(str, range(1, 17)), "A1", "A2"])
    assert ">Eq. 14<" in text  # what refers to it


def test_the_server_hands_it_out_and_the_page_leads_on_to_it(tmp_path):
    with served(tmp_path) as server:
        _, _, document = server.ask()
        link = re.search(r'href="(docs/explanation/[^"]*)" target="crviz-docs"', document)[1]
        status, headers, _ = server.ask("/" + link.partition("#")[0])
        assert status == 200
        assert "'sha256-" in headers["Content-Security-Policy"]
        assert server.ask("/docs/")[2].startswith("<!doctype html>")
        server.check()
