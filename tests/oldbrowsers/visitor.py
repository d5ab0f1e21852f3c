"""Somebody of the demo at an old browser: signs in, looks at a page as a person does."""

import json
from typing import Any

from demo.cast import PASSWORD
from tests.e2e.site import Site
from tests.oldbrowsers.driver import OldBrowser, Version

PATIENCE_S = 60.0
# What a person sees: in the window's width, not hidden, and nothing lies on top of it.
_SEEN = """(function (found) {
  if (!found) return false;
  found.scrollIntoView({ block: 'center' });
  var box = found.getBoundingClientRect();
  var x = Math.max(0, box.left) + Math.min(box.width, innerWidth) / 2;
  var top = document.elementFromPoint(Math.min(x, innerWidth - 1), box.top + box.height / 2);
  return box.width > 0 && box.height > 0 && box.left >= 0 && box.right <= innerWidth + 1 &&
    getComputedStyle(found).visibility === 'visible' && !!top &&
    (found.contains(top) || top.contains(found));
})(%s)"""
_OVERFLOW = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
_UNSTYLED = """Array.from(document.querySelectorAll('link[rel=stylesheet]')).filter(function (one) {
  return !one.closest('noscript') && !(one.sheet && one.sheet.cssRules.length);
}).map(function (one) { return one.href; })"""


class Visitor(OldBrowser):
    """An old browser in which one person of the demo is signed in."""

    def __init__(self, version: Version, site: Site, login: str) -> None:
        """Sign in by the form, as everybody does."""
        super().__init__(version)
        self.site = site
        self.login = login
        self.open("/accounts/login/")
        self.fill("input[name=login]", login)
        self.fill("input[name=password]", PASSWORD)
        self.click("form button[type=submit].btn-primary")
        self.arrives("/")

    def open(self, path: str) -> str:
        """Go to a path of the site; the path it led to."""
        return self.goto(self.site.url + path, PATIENCE_S).removeprefix(self.site.url)

    def wait(self, js: str, timeout: float = PATIENCE_S) -> Any:
        """The first true value of an expression, over navigations too."""
        return super().wait(js, timeout)

    def arrives(self, path: str) -> None:
        """Wait until a path has loaded."""
        wanted = f"document.readyState === 'complete' && location.pathname === {json.dumps(path)}"
        self.wait(wanted)

    def widen(self, width: int, height: int) -> None:
        """Make the window so wide, and wait until the page has been told."""
        self.size(width, height)
        self.wait(f"innerWidth === {width}")

    def sees(self, element: str) -> bool:
        """Whether an element, given as an expression, can be seen."""
        return bool(self.eval(_SEEN % element))

    def text(self, selector: str) -> str:
        """The words of the first element of a selector."""
        return str(self.eval(f"document.querySelector({json.dumps(selector)}).textContent")).strip()

    def style(self, selector: str, name: str) -> str:
        """A computed style of the first element of a selector."""
        found = f"getComputedStyle(document.querySelector({json.dumps(selector)}))"
        return str(self.eval(f"{found}.getPropertyValue({json.dumps(name)})")).strip()

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.eval(_OVERFLOW))

    def unstyled(self) -> list[Any]:
        """Addresses of style sheets that did not load or of which nothing was understood."""
        return list(self.eval(_UNSTYLED))

    def errors(self) -> list[str]:
        """What the console complains of."""
        return [str(one["text"]) for one in self.console() if one["level"] == "error"]
