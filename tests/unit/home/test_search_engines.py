"""The sitemap and robots.txt as plain text."""

from urllib.robotparser import RobotFileParser

from lxml import etree

from app.home.search_engines import PUBLIC, private_areas, robots, sitemap
from app.web.access import ADMIN, EVERYONE, STUDENT
from tests.make import NOW

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
POLICIES = {
    ("GET", "/"): EVERYONE,
    ("GET", "/courses"): EVERYONE,
    ("POST", "/courses/{key}/reserve"): STUDENT,
    ("GET", "/media/{digest}"): EVERYONE,
    ("GET", "/me"): STUDENT,
    ("GET", "/me/password"): STUDENT,
    ("GET", "/admin/people"): ADMIN,
    ("GET", "/verify/{serial}"): EVERYONE,
}


def test_the_sitemap_is_xml_with_whole_addresses():
    text = sitemap("https://academy.example", {"a&b": NOW})
    tree = etree.fromstring(text.encode())
    addresses = [element.text for element in tree.findall("s:url/s:loc", NAMESPACE)]
    assert addresses[: len(PUBLIC)] == [f"https://academy.example{path}" for path in PUBLIC]
    assert addresses[-1] == "https://academy.example/courses/a&b"
    assert [element.text for element in tree.findall("s:url/s:lastmod", NAMESPACE)] == [
        "2026-12-01"
    ]


def test_only_areas_without_a_public_page_are_private():
    assert private_areas(POLICIES.items()) == ("/admin", "/me")


def test_robots_shuts_private_areas_and_nothing_that_begins_alike():
    text = robots("https://academy.example", POLICIES)
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    assert parser.site_maps() == ["https://academy.example/sitemap.xml"]
    assert not parser.can_fetch("*", "/admin/people")
    assert not parser.can_fetch("*", "/me/password")
    assert "Disallow: /me$" in text.splitlines()
    for path in ("/", "/courses", "/media/abc", "/verify/X"):
        assert parser.can_fetch("*", path)
