"""``python -m tests.docs.answers``: write into docs/claims.md and docs/claims.zh.md what the program answers today."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from tcpverify.views.phrases import WORDS, asked_text, condition_of, models_text, outcome_text
from tcpverify.workflow.claims.asking import claims
from tcpverify.workflow.claims.outcomes import Answer, ClaimsReport
from tests.docs.console import ROOT

__all__ = ["PAGES", "report", "rewritten"]

#: the pages, by language; only what stands between the two comments is written
PAGES: dict[str, Path] = {"en": ROOT / "docs" / "claims.md", "zh": ROOT / "docs" / "claims.zh.md"}
_ANSWERS = re.compile(r"(<!-- answers -->\n).*(<!-- end of answers -->)", re.DOTALL)


@cache
def report() -> ClaimsReport:
    """All sayings, settled once for all tests."""
    return claims()


def rewritten(text: str, lang: str) -> str:
    """A page with the answers of today."""
    body = "\n".join(row for answer in report().answers for row in _section(answer, lang))
    assert _ANSWERS.search(text), "the page has lost its two comments"
    return _ANSWERS.sub(lambda found: f"{found[1]}\n{body}\n{found[2]}", text)


def _section(answer: Answer, lang: str) -> list[str]:
    claim, zh = answer.claim, lang == "zh"
    colon = "：" if zh else ": "
    rows = [
        f"## {claim.id}. {getattr(claim.words, lang)}", "",
        f"**{getattr(WORDS[answer.holds], lang)}**{colon}{condition_of(answer, lang)}", "",
        f"*{'检验的命题' if zh else 'Put to the test'}*{colon}{getattr(claim.meaning, lang)}", "",
    ]  # fmt: skip
    for _, statement, outcome, _ in answer.statements():
        asked, said = asked_text(statement, outcome, lang), outcome_text(statement, outcome, lang)
        rows.append(f"- {getattr(statement.setting, lang)}{colon}`{models_text(outcome, lang)}`, {asked} → {said}")
    return [*rows, ""]


def main() -> int:
    """Rewrite both pages; says which have changed."""
    for lang, path in PAGES.items():
        old = path.read_text(encoding="utf-8")
        new = rewritten(old, lang)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
