"""What stands inside a page besides its text: style, script, and the rule that nothing else may run."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from metasyn.plots.scene import ROLES, Palette

__all__ = ["page_script", "page_style", "with_content_policy"]

_STYLES = ("base", "live", "print")
_REPORT_SCRIPTS = (
    *("words", "dom", "theme", "tables", "subsets", "address"),
    *("figure", "view", "panel", "banner", "cards", "hints", "folds", "main"),
)
_INDEX_SCRIPTS = ("dom", "theme", "index")
_POLICY = "<!-- content policy -->"


@cache
def page_style() -> str:
    """The style sheet of a page: colours by day and by night, then the rules."""
    from metasyn.plots.style import DARK, LIGHT

    light = f"{_read('light.css')}{_figure_colors(LIGHT)}"
    dark = f"{_read('dark.css')}{_figure_colors(DARK)}"
    by_system = f":root:not([data-theme='light']) {{\n{dark}}}"
    parts = [
        f":root {{\n{light}}}",
        f"@media screen and (prefers-color-scheme: dark) {{\n{by_system}\n}}",
        f"@media screen {{\n:root[data-theme='dark'] {{\n{dark}}}\n}}",
        *(
            f".f-{role} {{ fill: var(--f-{role}); }} .s-{role} {{ stroke: var(--f-{role}); }}"
            for role in ROLES
            if role != "none"
        ),
        *(_read(f"{name}.css").strip() for name in _STYLES),
    ]
    return "\n".join(parts)


@cache
def page_script(*, index: bool = False) -> str:
    """The script of a report, or of the list of reports."""
    parts = (_read(f"{name}.js").strip() for name in (_INDEX_SCRIPTS if index else _REPORT_SCRIPTS))
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();"


def with_content_policy(html: str) -> str:
    """The page with a rule that lets its own styles and script work, and nothing else, not even a request.

    The styles and the script are named by the hash of their text, so that no text of a study could
    become one.
    """
    script = _hashes(r"<script>(.*?)</script>", html)
    style = _hashes(r"<style>(.*?)</style>", html)
    rule = (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return html.replace(_POLICY, f'<meta http-equiv="Content-Security-Policy" content="{rule}">', 1)


def _hashes(pattern: str, html: str) -> str:
    found = re.findall(pattern, html, flags=re.DOTALL)
    names = (b64encode(sha256(text.encode()).digest()).decode("ascii") for text in found)
    return " ".join(f"'sha256-{name}'" for name in names) or "'none'"


def _figure_colors(palette: Palette) -> str:
    return "".join(f"--f-{role}: {palette[role]};\n" for role in ROLES if role != "none")


def _read(name: str) -> str:
    return files("metasyn.report").joinpath(f"templates/page/{name}").read_text(encoding="utf-8")
