"""What the page shell shows: navigation as data, and the person who is looking.

The gateway builds one `Shell` per request from role and permissions; the templates of
core only draw it. Nothing here knows a role, an address or a permission.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation.

    Attributes:
        label: two to six Chinese characters; the icon rail and the phone bar show it small.
        icon: name of an icon listed in core/icons.txt.
        url: address the entry leads to.
        active: whether the page being shown lies under this entry.
        count: things waiting there; 0 shows no badge.
    """

    label: str
    icon: str
    url: str
    active: bool = False
    count: int = 0


@dataclass(frozen=True)
class NavGroup:
    """A titled group of entries in the side navigation."""

    label: str
    items: tuple[NavItem, ...] = ()


@dataclass(frozen=True)
class SwitchOption:
    """One role at one organisation that the person may act in.

    Attributes:
        value: what the switch form posts as `choice`.
        label: for the person, such as “主讲教师 · 栖云中心小学”.
        current: whether the person acts in it now.
    """

    value: str
    label: str
    current: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything around a page's own content.

    Attributes:
        organisation: name of the organisation the person acts for; may be empty.
        nav: groups of the side navigation.
        bottom: at most five entries of the phone's bottom bar.
        person_name: name shown at the foot of the navigation; empty for a guest.
        role_label: the role and perhaps the subject, in words.
        switch_options: roles to switch to; the switcher hides when there is only one.
        unread: unread messages, shown at the bell.
        person_links: entries of the person's own menu, such as 账号设置.
        product: name of the product.
        region: name of the region's platform, shown under the product name.
        theme: "light", "dark", or "" to follow the system.
    """

    organisation: str = ""
    nav: tuple[NavGroup, ...] = ()
    bottom: tuple[NavItem, ...] = ()
    person_name: str = ""
    role_label: str = ""
    switch_options: tuple[SwitchOption, ...] = field(default=())
    unread: int = 0
    person_links: tuple[NavItem, ...] = ()
    product: str = "同课"
    region: str = ""
    theme: str = ""

    @property
    def section(self) -> str:
        """Label of the active entry, for the top bar; empty when none is active."""
        entries = (entry for group in self.nav for entry in group.items)
        return next((entry.label for entry in entries if entry.active), "")
