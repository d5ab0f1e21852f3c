"""Invented names, phones and identity numbers; the same seed always gives the same ones.

Nobody real can be meant: phones begin with 199 0000, identity numbers with the area 990000,
which no place has. Names are ordinary surnames before ordinary given names, by lot.
"""

import random
from datetime import date, timedelta

SEED = "qingxi-1"
AREA = "990000"
_PHONES = 19_900_000_000

_COMMON = tuple(
    "李王张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_RARE = (
    *"姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温",
    "欧阳", "司徒", "上官",
)  # fmt: skip
SURNAMES = _COMMON * 3 + _RARE

_GIRLS = tuple(
    "一诺 依诺 欣怡 梓涵 诗涵 雨桐 可馨 思琪 佳怡 语嫣 梦琪 雅婷 若曦 紫萱 雨萱 子涵 欣妍 芷晴 书瑶 静怡 "
    "晓彤 心怡 雪莹 婉清 沐晴 知微 念慈 听雨 小荷 小满 采薇 青禾 云舒 星语 月盈 春苗 秋实 亦菲 安然 乐萱 "
    "思远 语桐 梓萱 佳琪 艺涵 诗雨 雨涵 慧敏 晨曦 朵朵 乐瑶 玥彤 昕悦 清扬 初夏 夏荷 米粒 禾苗 采苓 映雪 "
    "芊羽 意涵 舒雅 嘉禾 若溪 溪月 竹君 杏子 梨花 桂香 木槿 素心 怀瑾 令仪 静姝 含章 知意 南枝 半夏 苏叶".split()
)
_BOYS = tuple(
    "浩然 梓轩 子轩 宇轩 浩宇 俊杰 子墨 博文 天佑 文博 明轩 昊天 志远 嘉懿 煜城 懿轩 弘文 哲瀚 雨泽 明杰 "
    "立诚 立轩 子昂 一鸣 晨阳 睿渊 泽洋 明辉 思源 远航 家豪 鹏飞 大川 小松 云起 星河 青山 长林 石磊 山河 "
    "景行 致远 修远 怀谷 望舒 行之 知行 元白 清和 承泽 承宇 允文 允武 少游 子谦 子衿 亦凡 亦辰 奕辰 奕阳 "
    "沐阳 沐辰 安之 安澜 河清 海晏 春生 秋石 冬阳 夏至 麦田 稻生 谷雨 小寒 惊蛰 松年 柏舟 竹声 枫林 桐生".split()
)
_WOMEN = tuple(
    "秀兰 秀英 桂芳 桂花 玉兰 玉梅 春梅 春燕 冬梅 秋菊 凤英 凤琴 丽华 丽萍 美玲 美芳 海燕 晓燕 红霞 彩霞 "
    "爱华 爱群 淑芬 淑珍 素芬 素琴 小玲 小芳 金花 银花 云香 云秀 月娥 月琴 翠萍 翠兰 雪梅 雪芹 慧珍 惠芳 "
    "建红 建英 志芳 志兰 文静 文秀 巧云 巧玲 瑞芳 瑞英 莲香 菊香 润兰 长英 水莲 青莲 桃英 柳青 杏芳 梅香".split()
)
_MEN = tuple(
    "建国 建军 建平 建华 国平 国强 志强 志刚 志明 志勇 文斌 文华 永强 永福 长江 长青 长林 大明 大勇 德胜 "
    "德福 春林 春生 冬生 秋生 夏林 海波 海涛 海林 小军 小平 小龙 金山 金水 银山 玉山 云峰 云山 正华 正平 "
    "光明 光辉 庆丰 庆林 瑞林 瑞生 守田 守山 来福 来顺 顺才 有才 有田 茂林 茂生 水生 木生 土生 石林 远山".split()
)
_TEACHERS_F = tuple(
    "晓雯 静宜 知夏 雅文 文静 慧心 思敏 婉如 若兰 书琴 诗韵 念真 宛如 清荷 素雅 沐云 雨晴 雪晴 月华 云霞 "
    "佩玲 佩兰 巧慧 美云 雅琴 丽娟 晓岚 晓芸 青云 春晖 秋月 敏之 文君 君怡 乐怡 安琪 欣然 悦宁 嘉宁 子衿".split()
)
_TEACHERS_M = tuple(
    "文渊 立言 明远 志诚 思齐 维新 国栋 家骏 景明 承志 学文 学勤 致和 怀德 向阳 青松 远帆 少华 少安 济民 "
    "守正 正清 子健 伟成 晓峰 晓东 海川 云鹏 鹤鸣 鸣谦 修文 敬远 敏行 仲平 伯年 长风 秉文 慎言 希文 可为".split()
)

GIVEN = {
    ("pupil", "2"): _GIRLS, ("pupil", "1"): _BOYS,
    ("guardian", "2"): _WOMEN, ("guardian", "1"): _MEN,
    ("teacher", "2"): _TEACHERS_F, ("teacher", "1"): _TEACHERS_M,
}  # fmt: skip


def lot(*what: object) -> random.Random:
    """A source of chance for one purpose, such as ``lot("pupils", "qiyun")``: always the same."""
    return random.Random(":".join([SEED, *map(str, what)]))  # noqa: S311 - invented data


def surname(chance: random.Random) -> str:
    """A surname by lot, common ones more often."""
    return chance.choice(SURNAMES)


def given(chance: random.Random, generation: str, sex: str) -> str:
    """A given name by lot; `generation` is pupil, guardian or teacher."""
    return chance.choice(GIVEN[generation, sex])


def phone(number: int) -> str:
    """The phone with this number, 0 to 9999: ``19900000042``."""
    assert 0 <= number < 10_000
    return str(_PHONES + number)


def id_number(born: date, sex: str, number: int) -> str:
    """An identity number of the area that does not exist, with a right check digit.

    Args:
        sex: ``1`` male, ``2`` female: the parity of the sequence.
        number: counts up, so that nobody shares a number of one day.

    Source:
        GB 11643, weights and check digits by ISO 7064 MOD 11-2.

    Example:
        >>> id_number(date(2016, 3, 12), "2", 7)
        '990000201603120141'
    """
    sequence = number % 500 * 2 + (sex == "1")
    body = f"{AREA}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def birthday(chance: random.Random, entry_year: int) -> date:
    """A day on which a child that starts school at six in `entry_year` may be born."""
    return date(entry_year - 7, 9, 1) + timedelta(days=chance.randrange(365))
