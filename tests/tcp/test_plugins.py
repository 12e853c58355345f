"""Models of other installed distributions: found, named, mistaken for each other, and broken in every way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tcpverify.cli.main import main
from tcpverify.errors import ModelError
from tcpverify.tcp.modelfile import glance
from tcpverify.tcp.plugins import offers
from tcpverify.tcp.registry import catalogue, load, outside, shipped, verify_table

QUIET = """\"\"\"TIME-WAIT is deaf to RSTs.\"\"\"

from tcpverify.tcp.vocabulary import *

GROUP = "stacks"
AMENDMENT = Amendment(
    name="{name}", title="deaf to RSTs", source="Acme",
    changes=(change("TIME-WAIT.rst*", to=None, emits=(), tags=frozenset(), text="Ignored."),),
)
"""
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution: what pip leaves behind, in a directory of its own on the path."""

    def installed(name: str, files: dict[str, str], entries: str, version: str = "1.0") -> Path:
        site = tmp_path / f"site-{name}"
        for file, text in files.items():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).write_text(text, encoding="utf-8")
        about = site / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(entries, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        return site

    return installed


def entry(value: str, label: str = "all") -> str:
    return f"[console_scripts]\nacme = acme:main\n\n[tcpverify.models]\n# a comment\n{label} = {value}\n"


@pytest.fixture
def acme(install: Install) -> Path:
    """A package with two models and a helper, which must not be executed unless one of them is named."""
    return install(
        "Acme.TCP",
        {
            "acme_tcp/__init__.py": "import sys\nsys.acme_was_imported = True\n",
            "acme_tcp/models/__init__.py": "",
            "acme_tcp/models/deaf_here.py": QUIET.format(name="deaf-here"),
            "acme_tcp/models/office.py": '"""Our office."""\nSUM = "rfc9293+./deaf_here.py"\n',
            "acme_tcp/models/_helper.py": "raise SystemExit('executed')\n",
        },
        entry("acme_tcp.models"),
    )


def test_a_package_of_models_is_found_and_nothing_of_it_executed(acme: Path) -> None:
    found = [(offer.name, offer.full, offer.origin, offer.path) for offer in offers().models]
    folder = acme / "acme_tcp" / "models"
    assert found == [
        ("deaf-here", "acme-tcp:deaf-here", "acme-tcp 1.0", folder / "deaf_here.py"),
        ("office", "acme-tcp:office", "acme-tcp 1.0", folder / "office.py"),
    ]
    assert offers().problems == ()
    assert not hasattr(sys, "acme_was_imported") and "acme_tcp" not in sys.modules


@pytest.mark.parametrize("name", ["deaf-here", "acme-tcp:deaf-here", "Acme_TCP:deaf-here"])
def test_its_models_are_models(acme: Path, name: str) -> None:
    model = load(f"rfc9293+{name}")
    assert model.table.rules["TIME-WAIT.rst"].to is None
    part = model.parts[-1]
    assert (part.name, part.distribution, part.group) == (name, "acme-tcp 1.0", "stacks")
    assert verify_table(model) == []
    assert load("office").table.rules["TIME-WAIT.rst"].key() == model.table.rules["TIME-WAIT.rst"].key()


def test_show_and_explain_say_where_it_comes_from(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "deaf-here"]) == 0
    assert "Amendment deaf-here of acme-tcp 1.0: deaf to RSTs [Acme]." in capsys.readouterr().out
    assert not hasattr(sys, "acme_was_imported")
    assert main(["show", "rfc9293+deaf-here", "--changed"]) == 0
    assert "amended by deaf-here: deaf to RSTs (Acme); from acme-tcp 1.0" in capsys.readouterr().out


def test_a_check_of_it_proves_what_the_base_alone_refutes(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--losses", "0", "--calls", "close", "--property", "no-assassination", "--no-sweep"]
    assert main(["check", "rfc9293+deaf-here", *asked]) == 0
    assert main(["check", "rfc9293", *asked]) == 1
    assert "proved" in capsys.readouterr().out


def test_a_module_is_one_model_under_the_name_of_the_entry_point(install: Install) -> None:
    install("acme", {"acme_deaf.py": QUIET.format(name="deaf-one")}, entry("acme_deaf", "deaf-one"))
    assert load("rfc9293+deaf-one").table.changed_by["TIME-WAIT.rst"] == "deaf-one"


def test_a_folder_without_init_is_a_package_too(install: Install) -> None:
    install("acme", {"acme_bare/models/deaf_here.py": QUIET.format(name="x")}, entry("acme_bare.models"))
    assert load("rfc9293+deaf-here").parts[-1].distribution == "acme 1.0"


def test_a_shipped_name_cannot_be_taken(install: Install) -> None:
    install("acme", {"acme_taken/rfc1337.py": QUIET.format(name="rfc1337")}, entry("acme_taken"))
    assert load("rfc9293+rfc1337").parts[-1].path == shipped()["rfc1337"]
    assert load("rfc9293+acme:rfc1337").parts[-1].title == "deaf to RSTs"


def test_two_distributions_with_one_name_are_both_named(acme: Path, install: Install) -> None:
    install("zen", {"zen_models/deaf_here.py": QUIET.format(name="deaf-here")}, entry("zen_models"), "2.1")
    with pytest.raises(ModelError) as caught:
        load("rfc9293+deaf-here")
    said = "offered by acme-tcp 1.0 and by zen 2.1; say which: acme-tcp:deaf-here or zen:deaf-here"
    assert said in str(caught.value)
    assert load("rfc9293+zen:deaf-here").parts[-1].distribution == "zen 2.1"


def test_a_distribution_installed_twice_is_the_first_on_the_path(install: Install, tmp_path: Path) -> None:
    install("acme", {"acme_old/one.py": QUIET.format(name="one")}, entry("acme_old"))
    (tmp_path / "site-acme").rename(tmp_path / "older")
    sys.path[0] = str(tmp_path / "older")
    install("acme", {"acme_new/two.py": QUIET.format(name="two")}, entry("acme_new"), "2.0")
    assert [offer.name for offer in offers().models] == ["two"]


@pytest.mark.parametrize(
    ("files", "entries", "says"),
    [
        ({}, entry("acme_nowhere.models"), "names 'acme_nowhere.models', which is not installed"),
        ({"acme_a/__init__.py": ""}, entry("acme_a.models"), "which is not installed"),
        ({"acme_b.py": ""}, entry("acme_b.models"), "which is not installed"),
        ({"acme_c/__init__.py": ""}, entry("acme_c"), "in which there is no model file"),
        ({"acme_d.py": "SUM = 'textbook'\n"}, entry("acme_d", "not a name"), "is not a name for a model"),
        ({}, entry("acme_e:models"), "is not the name of a module or package"),
        ({}, "[tcpverify.models]\nall\n", "is not the name of a module or package"),
        ({}, entry("sys"), "which is not a Python file on disk"),
    ],
)
def test_wrong_entry_points_are_one_sentence_that_names_the_distribution(
    install: Install, capsys: pytest.CaptureFixture[str], files: dict[str, str], entries: str, says: str
) -> None:
    install("acme", files, entries)
    [(who, problem)] = offers().problems
    assert who == "acme" and problem.startswith("acme 1.0: ") and says in problem and "\n" not in problem
    # What has nothing to do with it works, the list shows it, and who asks for its models is told.
    assert load("rfc9293+rfc1337")
    assert main(["models"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert problem in out
    for name in ("acme:deaf", "nowhere-else"):
        with pytest.raises(ModelError) as caught:
            load(f"rfc9293+{name}")
        assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says", "in_list"),
    [
        ("a = = 1\n", "line 1: invalid syntax", True),
        ("import nowhere\n" + QUIET, "line 1: ModuleNotFoundError: No module named 'nowhere'", False),
        ("AMENDMNT = 1\n", "this one defines none of them", True),
        ("SUM = 3\n", "SUM must be of type str", False),
        ("raise KeyboardInterrupt if False else SystemExit\nSUM = 'textbook'\n", "SystemExit", False),
    ],
)
def test_a_broken_model_is_its_own_trouble(
    install: Install, capsys: pytest.CaptureFixture[str], text: str, says: str, in_list: bool
) -> None:
    install("acme", {"acme_f/bad.py": text, "acme_f/good.py": QUIET.format(name="good")}, entry("acme_f"))
    assert load("rfc9293+good")
    with pytest.raises(ModelError) as caught:
        load("rfc9293+bad")
    assert str(caught.value).startswith("model 'bad' of acme 1.0 cannot be used: ") and says in str(caught.value)
    assert main(["models"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert ("! acme 1.0: " in out) == in_list and "good" in out


def test_broken_metadata_of_others_is_skipped(install: Install, acme: Path) -> None:
    site = install("other", {}, "")
    (site / "other-1.0.dist-info" / "METADATA").write_bytes(b"\xff\xfe")
    (site / "other-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff")
    assert [offer.name for offer in offers().models] == ["deaf-here", "office"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("acme-tcp:offise", "acme-tcp 1.0 has no model 'offise'; it has office"),
        ("nobody:x", "no installed distribution 'nobody' offers models to tcpverify; models come from acme-tcp"),
        ("offise", "unknown model 'offise'; did you mean office?"),
    ],
)
def test_names_that_are_not_there(acme: Path, name: str, says: str) -> None:
    with pytest.raises(ModelError) as caught:
        load(name)
    assert says in str(caught.value)


def test_what_does_not_come_with_the_program(acme: Path) -> None:
    assert outside("rfc9293+deaf-here") == "deaf-here"
    assert outside("acme-tcp:office+rfc1337") == "acme-tcp:office"
    assert outside("rfc9293+./mine.py") == "./mine.py"
    assert outside("textbook+rfc1337") is None and outside("no-such-model") is None


def test_a_glance_at_a_shipped_file_sees_what_executing_it_finds() -> None:
    for found in catalogue():
        seen = glance(found.path)
        assert (seen.kind, seen.group) == (found.kind, found.group)
        assert seen.title == found.title or found.kind == "base", found.name
        assert seen.stands_for == (found.content if found.kind == "sum" else "")


def test_a_group_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("GROUP = 'odds'\nSUM = 'textbook'\n", encoding="utf-8")
    with pytest.raises(ModelError, match="GROUP = 'odds' is not a group; there are standards, variants, stacks"):
        load(str(tmp_path / "mine.py"))
