"""Invented company names: a made-up stem, a word of the trade and a legal form of the country, with a Chinese reading.

No name is taken from a register; stems are syllables put together, so that none is meant to be a real firm.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Tongue(NamedTuple):
    """Parts of a name in one language: stems are head + tail; each part carries its Chinese reading."""

    heads: tuple[tuple[str, str], ...]
    tails: tuple[tuple[str, str], ...]
    trades: tuple[tuple[str, str], ...]
    pattern: str = "{stem} {trade} {form}"


def _parts(text: str) -> tuple[tuple[str, str], ...]:
    """``Quen=昆|Thaxo=萨克索`` as pairs of spelling and Chinese reading."""
    pairs = (part.split("=") for part in text.split("|"))
    return tuple((spelling, reading) for spelling, reading in pairs)


TONGUES = {
    "en": Tongue(
        _parts(
            "Quen=昆|Thaxo=萨克索|Brel=布雷尔|Orlo=奥洛|Wexa=韦克萨|Pell=佩尔|Dunva=邓瓦|Crim=克里姆|Fendo=芬多|Harv=哈夫"
        ),
        _parts("bury=伯里|morth=莫斯|ledge=莱奇|ward=沃德|stow=斯托|lin=林|dell=戴尔|combe=库姆"),
        _parts("Home Supply=家居|Tool Traders=工具|Garden Brands=园艺|Lighting=照明|Outdoor=户外|Hardware=五金"),
    ),
    "de": Tongue(
        _parts("Dreva=德雷瓦|Kolm=科尔姆|Reinz=赖因茨|Ostra=奥斯特拉|Vall=瓦尔|Trebs=特雷布斯|Hagl=哈格尔|Zwin=茨温"),
        _parts("nko=恩科|brand=布兰德|hofen=霍芬|tal=塔尔|meck=梅克|rath=拉特"),
        _parts("Werkzeughandel=工具|Gartenbedarf=园艺|Leuchten=照明|Haushaltswaren=家居"),
    ),
    "fr": Tongue(
        _parts("Silv=西尔夫|Morv=莫尔夫|Char=沙尔|Bréz=布雷兹|Valm=瓦尔姆|Trév=特雷夫|Luz=吕兹"),
        _parts("arque=阿尔克|ennes=埃讷|ignac=伊尼亚克|oire=瓦尔|elle=埃勒|antin=昂坦"),
        _parts("Outillage=工具|Jardin=园艺|Luminaires=照明|Maison=家居"),
        "{trade} {stem} {form}",
    ),
    "it": Tongue(
        _parts("Bel=贝尔|Cast=卡斯特|Mor=莫尔|Trev=特雷夫|Zan=赞|Fior=菲奥尔|Lav=拉夫"),
        _parts("toro=托罗|anesi=阿内西|villi=维利|azzo=阿佐|ombra=翁布拉|essa=埃萨"),
        _parts("Utensili=工具|Illuminazione=照明|Casalinghi=家居|Ferramenta=五金"),
        "{trade} {stem} {form}",
    ),
    "es": Tongue(
        _parts("Quel=克尔|Sor=索尔|Alv=阿尔夫|Mont=蒙特|Vir=维尔|Carr=卡尔|Per=佩尔"),
        _parts("mora=莫拉|anza=安萨|edo=埃多|urri=乌里|iche=伊切|ovia=奥维亚"),
        _parts("Ferretería=五金|Hogar=家居|Iluminación=照明|Herramientas=工具|Jardines=园艺"),
        "{trade} {stem} {form}",
    ),
    "pt": Tongue(
        _parts("Quer=克尔|Itab=伊塔布|Sant=桑特|Par=帕尔|Mar=马尔"),
        _parts("uã=万|iraí=伊拉伊|enha=埃尼亚|oré=奥雷"),
        _parts("Ferramentas=工具|Utilidades=家居|Iluminação=照明"),
        "{trade} {stem} {form}",
    ),
    "nl": Tongue(
        _parts("Veld=费尔德|Broek=布鲁克|Zand=赞德|Hoorn=霍恩|Duin=代恩|Kerk=凯克"),
        _parts("orp=奥普|wijn=韦恩|stra=斯特拉|mans=曼斯|enga=恩加"),
        _parts("Gereedschap=工具|Tuinartikelen=园艺|Verlichting=照明|Woongoed=家居"),
    ),
    "pl": Tongue(
        _parts("Brzo=布若|Wisł=维斯|Krasn=克拉斯恩|Jawo=亚沃|Mir=米尔|Zdro=兹德罗"),
        _parts("mira=米拉|owex=奥韦克斯|opol=奥波尔|bud=布德|anta=安塔"),
        _parts("Narzędzia=工具|Ogród=园艺|Oświetlenie=照明|Dom=家居"),
        "{trade} {stem} {form}",
    ),
    "cs": Tongue(
        _parts("Jizer=伊泽尔|Vlto=沃尔托|Krkon=克尔科|Hradi=赫拉迪|Morav=摩拉夫"),
        _parts("ovex=奥韦克斯|anka=安卡|ilov=伊洛夫|ena=埃纳"),
        _parts("Nářadí=工具|Zahrada=园艺|Svítidla=照明"),
        "{trade} {stem} {form}",
    ),
    "ro": Tongue(
        _parts("Dunar=杜纳尔|Carpen=卡尔彭|Mures=穆列什|Oltav=奥尔塔夫"),
        _parts("eva=埃瓦|izan=伊赞|eni=埃尼|iana=亚娜"),
        _parts("Unelte=工具|Grădină=园艺|Iluminat=照明"),
        "{trade} {stem} {form}",
    ),
    "sv": Tongue(
        _parts("Nord=诺德|Åse=奥瑟|Berg=贝里|Lind=林德"),
        _parts("vika=维卡|hagen=哈根|skär=谢尔|torpa=托帕"),
        _parts("Verktyg=工具|Trädgård=园艺|Belysning=照明"),
    ),
    "tr": Tongue(
        _parts("Kara=卡拉|Yıl=伊尔|Demo=德莫|Altı=阿尔特|Sel=塞尔"),
        _parts("dağlı=达勒|tekin=泰金|varol=瓦罗尔|çelik=切利克"),
        _parts("Hırdavat=五金|Aydınlatma=照明|Bahçe=园艺"),
    ),
    "ar": Tongue(
        _parts("Al Nahr=纳赫尔|Al Waseq=瓦塞克|Dar Qamr=卡姆尔|Bayt Rim=里姆|Al Jisra=吉斯拉|Burj Sahl=萨赫勒"),
        _parts("ain=艾因|iya=伊亚|oun=乌恩|at=阿特"),
        _parts("General Trading=贸易|Building Materials=建材|Lighting=照明|Household=家居"),
    ),
    "in": Tongue(
        _parts("Chandr=钱德拉|Vishv=维什瓦|Suryak=苏里亚|Anandr=阿南德|Mahal=马哈尔"),
        _parts("esh=什|ika=伊卡|oda=奥达|avati=阿瓦蒂"),
        _parts("Tools=工具|Impex=进出口|Lighting=照明|Home Products=家居"),
    ),
    "th": Tongue(
        _parts("Siri=西里|Thana=塔纳|Wor=沃|Chai=猜"),
        _parts("phanit=帕尼|wattha=瓦他|rakorn=拉空|mongk=蒙"),
        _parts("Home=家居|Hardware=五金|Electric=电器"),
    ),
    "vn": Tongue(
        _parts("Thiên =天|Hoàng =黄|Lạc =乐|Vĩnh =永"),
        _parts("Khê=溪|Vực=域|Sa=沙|Trúc=竹"),
        _parts("Gia Dụng=家居|Kim Khí=五金|Ánh Sáng=照明"),
        "{trade} {stem} {form}",
    ),
    "id": Tongue(
        _parts("Suryal=苏里亚|Cakra=查克拉|Bumi=布米|Tirta=蒂尔塔"),
        _parts("lestra=莱斯特拉|wangsa=万沙|mandira=曼迪拉|pelita=佩利塔"),
        _parts("Perkakas=工具|Griya=家居|Cahaya=照明"),
        "PT {stem} {trade} {form}",
    ),
    "hk": Tongue(
        _parts("Zen=臻|Ory=奥莱|Lumi=流明|Hexa=合萨|Tao=滔|Kiri=启瑞"),
        _parts("dari=达利|phon=丰|tor=拓|vance=万斯|mex=美思"),
        _parts("Trading=贸易|Sourcing=采购|Electronics=电子|International=国际"),
    ),
    "jp": Tongue(
        _parts("Kuro=黑|Hina=日向|Miya=宫|Sawa=泽|Tobi=飞"),
        _parts("tsuki=月|hara=原|mine=峰|seto=濑户"),
        _parts("Kōgu=工具|Shōmei=照明|Kurashi=家居|Engei=园艺"),
    ),
}

FORMS = {
    "US": ("Inc.", "LLC", "Corp."),
    "CA": ("Inc.", "Ltd."),
    "MX": ("S.A. de C.V.", "S. de R.L."),
    "BR": ("Ltda.", "S.A."),
    "CL": ("SpA", "Ltda."),
    "CO": ("S.A.S.", "Ltda."),
    "GB": ("Ltd", "plc", "LLP"),
    "DE": ("GmbH", "GmbH & Co. KG", "AG"),
    "FR": ("SARL", "SAS"),
    "IT": ("S.r.l.", "S.p.A."),
    "ES": ("S.L.", "S.A."),
    "NL": ("B.V.",),
    "BE": ("BV", "NV"),
    "PL": ("Sp. z o.o.", "S.A."),
    "CZ": ("s.r.o.", "a.s."),
    "RO": ("S.R.L.", "S.A."),
    "SE": ("AB",),
    "TR": ("Ltd. Şti.", "A.Ş."),
    "ZA": ("(Pty) Ltd",),
    "AE": ("LLC", "FZE", "FZCO"),
    "SA": ("Co.", "LLC"),
    "EG": ("S.A.E.", "LLC"),
    "IN": ("Pvt. Ltd.", "LLP"),
    "TH": ("Co., Ltd.",),
    "VN": ("Co., Ltd", "JSC"),
    "ID": ("", "Tbk"),
    "SG": ("Pte. Ltd.",),
    "HK": ("Ltd", "Co. Ltd"),
    "JP": ("K.K.", "G.K."),
    "AU": ("Pty Ltd",),
}


class Stem(NamedTuple):
    """The made-up part of a name with its Chinese reading; companies of one group share it."""

    text: str
    reading: str


class CompanyName(NamedTuple):
    """A name, its Chinese reading, and the stem in it."""

    name: str
    name_zh: str
    stem: Stem


def compose(*, rng: Random, tongue: str, country: str, stem: Stem | None = None) -> CompanyName:
    """One invented name, e.g. ``Kolmbrand Werkzeughandel GmbH``: stem, trade, legal form."""
    parts = TONGUES[tongue]
    head, tail, trade = rng.choice(parts.heads), rng.choice(parts.tails), rng.choice(parts.trades)
    own = stem or Stem(head[0] + tail[0], head[1] + tail[1])
    text = parts.pattern.format(stem=own.text, trade=trade[0], form=rng.choice(FORMS[country]))
    return CompanyName(text.strip(), f"{own.reading}{trade[1]}公司", own)
