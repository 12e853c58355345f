"""The pictures of docs/gallery/ are what the commands under them draw."""

from __future__ import annotations

import shutil
from xml.etree import ElementTree

import pytest

from tests.docs.gallery import FOLDER, commands, drawn, essence, pictures


def test_every_file_has_its_place_on_the_page() -> None:
    assert sorted(pictures()) == sorted(path.name for path in FOLDER.glob("*.svg"))
    written = [word for words in commands() for word in words if word.endswith(".svg")]
    assert written == pictures()


def test_pictures_are_what_the_commands_draw() -> None:
    if shutil.which("dot") is None:
        pytest.skip("needs the program dot")
    for file, picture in drawn().items():
        kept = (FOLDER / file).read_text(encoding="utf-8")
        assert essence(kept) == essence(picture), f"{file}: python -m tests.docs.gallery?"


@pytest.mark.parametrize("file", pictures())
def test_a_picture_is_small_and_asks_for_nothing(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert len(text) < 150_000
    assert not [e for e in root.iter() if e.tag.rpartition("}")[2] in ("script", "image", "foreignObject")]
    assert "url(http" not in text and 'href="http' not in text


def test_the_comparison_sees_what_is_said() -> None:
    machine = (FOLDER / pictures()[0]).read_text(encoding="utf-8")
    assert essence(machine) != essence(machine.replace("LAST&#45;ACK", "LAST").replace("LAST-ACK", "LAST"))
    assert essence(machine) == essence(machine.replace('points="', 'points="0,0 '))
