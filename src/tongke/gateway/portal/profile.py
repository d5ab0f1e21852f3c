"""What the portal takes from the region profile: the front page's words, and when a child's
learning has moved."""

from dataclasses import dataclass

from tongke.core.profile import register, setting


@dataclass(frozen=True, kw_only=True)
class PortalProfile:
    """The sentence on the front page, and how a guardian's page compares a child with itself."""

    slogan: str = setting(
        "山里的教室，和城里上同一节课",
        label="首页标语",
        source="S-086",
        minimum=4,
        maximum=24,
    )
    trend_days: int = setting(
        14,
        unit="天",
        label="进步：最近多少天",
        source="design",
        help="家长首页把这段时间和之前的两倍时间比，只和孩子自己比。",
        minimum=7,
        maximum=60,
    )
    trend_least_answers: int = setting(
        6,
        unit="题",
        label="进步：最少题数",
        source="design",
        help="两段时间里有一段少于这个数，就只写“题还少”，不下结论。",
        minimum=3,
        maximum=50,
    )
    trend_step: float = setting(
        0.08,
        unit="比例",
        label="进步：得分率变化",
        source="design",
        help="得分率变化达到这个数才说进步或要帮一把，否则是平稳。",
        minimum=0.02,
        maximum=0.5,
    )


register("portal", PortalProfile, label="门户")
