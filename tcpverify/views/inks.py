"""Colours of a picture that is read on white, on black and on paper.

The light colours are attributes of the elements, so that every program that draws SVG shows them; a style sheet
inside the picture puts the dark ones in their place on a dark screen. Blue, orange and green after Okabe and Ito,
darkened until text in them can be read: told apart by people who do not see red or green.
"""

from __future__ import annotations

__all__ = ["SCOPE", "ink_of", "painted", "style_sheet", "tint_of"]

#: class of the outermost element: the style sheet touches nothing else of the page that a picture stands in
SCOPE = "tcpverify-ladder"
#: name: (light, dark)
INKS = {
    "paper": ("#FFFFFF", "#14181D"),
    "ink": ("#111111", "#E9ECEF"),
    "dim": ("#4A4F55", "#AAB2BB"),
    "instant": ("#F1F3F5", "#1F252C"),
    "inc0": ("#5A5F66", "#A3ABB3"),
    "inc1": ("#0067A3", "#5CB8EC"),
    "inc2": ("#A65300", "#F0A73A"),
    "inc3": ("#00735A", "#3CC9A0"),
    "tint0": ("#E4E6E8", "#30363D"),
    "tint1": ("#D3E8F6", "#173A52"),
    "tint2": ("#FBE3C4", "#4D3511"),
    "tint3": ("#CFEBE2", "#0F4034"),
    "bad": ("#A3195B", "#FF8ABF"),
    "badtint": ("#FBE9F1", "#3A1B2B"),
    "life": ("#F3C9DC", "#6A2A49"),
}


def ink_of(incarnation: int) -> str:
    """The ink of what belongs to an incarnation; 0 is none."""
    return f"inc{(incarnation - 1) % 3 + 1 if incarnation > 0 else 0}"


def tint_of(incarnation: int) -> str:
    """The same, for areas."""
    return ink_of(incarnation).replace("inc", "tint")


def painted(fill: str | None = None, stroke: str | None = None, also: str = "") -> dict[str, str]:
    """Attributes that fill and stroke an element in inks; ``also`` are further classes, ``none`` is no ink."""
    classes = [also] if also else []
    found: dict[str, str] = {}
    for part, name in (("fill", fill), ("stroke", stroke)):
        if name is not None:
            found[part] = INKS[name][0] if name in INKS else name
            classes += [f"{part[0]}-{name}"] if name in INKS else []
    return {**({"class_": " ".join(classes)} if classes else {}), **found}


def style_sheet() -> str:
    """The dark colours, as the content of a style element."""
    rules = "".join(
        f".{SCOPE} .{part[0]}-{name}{{{part}:{dark}}}"
        for name, (_, dark) in INKS.items()
        for part in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme: dark){{{rules}}}"
