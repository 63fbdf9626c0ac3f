"""The sites' feeds as OPML 2.0, as feed readers exchange their lists."""

from collections.abc import Iterable

from lxml import etree

from crawler.model.site import Site


def write_opml(sites: Iterable[Site]) -> bytes:
    """The sites with the feeds that their seeds name; a site without one is an entry with its home page."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Khabar"
    body = etree.SubElement(root, "body")
    for site in sorted(sites, key=lambda site: site.id):
        outline = etree.SubElement(body, "outline", text=site.name, category=site.id)
        feeds = [str(feed) for feed in site.feeds]
        for feed in feeds:
            etree.SubElement(
                outline, "outline", type="rss", text=site.name, xmlUrl=feed, htmlUrl=str(site.url)
            )
        if not feeds:
            outline.set("htmlUrl", str(site.url))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
