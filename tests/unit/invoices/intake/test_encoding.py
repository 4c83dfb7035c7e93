"""Encodings: found over the whole file, the same way every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.encoding import detect_encoding
from invoices.intake.reader import ReadOptions
from tests.unit.invoices.intake.conftest import WriteFile
from tests.unit.invoices.intake.files import cells, read, refusal

CHINESE = "发票号,客户名称,金额\n001,深圳市远洋贸易有限公司,12.50\n002,广州华南进出口公司,8.00\n"
WESTERN = "no,name,amount\n1,Müller & Söhne GmbH,12.50\n2,Société Générale d'Électricité,8.00\n3,Peña Año Ltda,1.00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_text_reads_the_same_in_every_encoding(write_file: WriteFile, encoding: str) -> None:
    path = write_file(CHINESE, encoding=encoding)
    assert cells(path) == [["001", "深圳市远洋贸易有限公司", "12.50"], ["002", "广州华南进出口公司", "8.00"]]
    assert read(path)[0].header == ("发票号", "客户名称", "金额")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le-mark"])
def test_western_text_reads_the_same_in_every_encoding(write_file: WriteFile, encoding: str) -> None:
    data = b"\xff\xfe" + WESTERN.encode("utf-16-le") if encoding == "utf-16-le-mark" else WESTERN.encode(encoding)
    assert [row[1] for row in cells(write_file(data))] == [
        "Müller & Söhne GmbH",
        "Société Générale d'Électricité",
        "Peña Año Ltda",
    ]


def test_western_text_that_is_also_valid_gb18030_stays_western(write_file: WriteFile) -> None:
    data = "no,name\n1,Müller\n2,Grüße\n".encode("cp1252")
    data.decode("gb18030")
    assert detect_encoding(write_file(data)).name == "cp1252"


def test_euro_sign_and_curly_quotes_are_windows_1252(write_file: WriteFile) -> None:
    assert cells(write_file("a,b\n€ 5,it’s\n".encode("cp1252"))) == [["€ 5", "it’s"]]


def test_a_rare_ideograph_beyond_gbk_is_read_as_gb18030(write_file: WriteFile) -> None:
    text = "客户名称,编号\n北京㐂龘贸易公司,1\n上海国际贸易有限公司,2\n"
    assert cells(write_file(text, encoding="gb18030"))[0][0] == "北京㐂龘贸易公司"


def test_utf8_with_damaged_bytes_is_refused_and_names_the_line(write_file: WriteFile) -> None:
    data = ("名称,编号\n" + "深圳市远洋贸易有限公司,1\n" * 5).encode() + "深圳".encode()[:-1] + b",2\n"
    error = refusal(write_file(data))
    assert (error.code, error.params["line"]) == ("encoding_broken", 7)


def test_cyrillic_of_windows_1251_is_not_taken_for_chinese(write_file: WriteFile) -> None:
    text = "n,имя\n1,Общество с ограниченной ответственностью Ромашка\n2,Завод Красный Октябрь\n"
    assert detect_encoding(write_file(text, encoding="cp1251")).name != "gb18030"


def test_bytes_of_no_known_encoding_are_refused(write_file: WriteFile) -> None:
    assert refusal(write_file(b"a,b\n\x81\x8d\x9d,1\n")).code == "encoding_unknown"


def test_utf16_without_a_mark_is_refused_as_binary(write_file: WriteFile) -> None:
    assert refusal(write_file("a,b\n1,2\n", encoding="utf-16-le")).code == "binary_content"


def test_utf32_is_refused(write_file: WriteFile) -> None:
    assert refusal(write_file("a,b\n1,2\n", encoding="utf-32")).code == "encoding_unknown"


def test_the_profile_decides_where_it_names_an_encoding(write_file: WriteFile) -> None:
    path = write_file("имя,n\nООО Ромашка,1\n", encoding="cp1251")
    assert cells(path, ReadOptions(encoding="cp1251")) == [["ООО Ромашка", "1"]]


def test_a_named_encoding_that_does_not_fit_is_refused_with_its_name(write_file: WriteFile) -> None:
    error = refusal(write_file("a,b\nMüller,1\n", encoding="cp1252"), ReadOptions(encoding="utf-8"))
    assert (error.code, error.params["encoding"], error.params["line"]) == ("encoding_mismatch", "utf-8", 2)


def test_a_named_utf8_may_still_have_a_mark(write_file: WriteFile) -> None:
    table, _ = read(write_file("a,b\n1,2\n", encoding="utf-8-sig"), ReadOptions(encoding="utf-8"))
    assert table.header == ("a", "b")


@given(names=st.lists(st.text("深圳市远洋贸易龙腾鑫瑞北京上海广州国际进出口", min_size=1, max_size=6), min_size=1))
def test_everyday_chinese_in_gb18030_is_always_recognised(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("gb") / "file.csv"
    path.write_bytes("".join(f"{name}有限公司,1\n" for name in names).encode("gb18030"))
    assert detect_encoding(path).name == "gb18030"
