"""Draw every figure of docs/gallery/ and its index: `make gallery`.

`python scripts/gallery.py FOLDER` draws them elsewhere. The same bytes every time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gallery_data import FAVOURS, GROUPS, YEARS, bcg, made_up, posterior

import metasyn
from metasyn.analysis.multiverse import multiverse
from metasyn.plots import (
    change_forest,
    cumulative_forest,
    figure_bytes,
    forest_layout,
    leave_one_out_forest,
    models_forest,
    outcomes_forest,
)
from metasyn.plots.charts import (
    baujat_layout,
    bubble_layout,
    estimators_layout,
    funnel_layout,
    gosh_layout,
    influence_layout,
    labbe_layout,
    posterior_layout,
    profile_layout,
    radial_layout,
    specification_curve_layout,
)
from metasyn.plots.draw import Layout
from metasyn.vocabulary import FigurePalette, FigureWidth, ForestPreset, PiStyle, choices

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "gallery"
SOURCES = (
    "Tuberculosis after BCG vaccination: Colditz et al. 1994 (10.1001/jama.1994.03510330076038), latitudes "
    "from Berkey et al. 1995 (10.1002/sim.4780140406). Studies called *made-up* are drawn by a random number "
    "generator with a fixed seed; nobody did them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One picture: its file, its section, what it shows and the call that makes it."""

    slug: str
    section: str
    text: str
    call: str
    make: Callable[[], Layout]
    palette: FigurePalette = "light"


def entries() -> Iterator[Entry]:
    """All pictures in the order of the page."""
    yield from _presets()
    yield from _forests()
    yield from _choices()
    yield from _charts()


def _presets() -> Iterator[Entry]:
    """Every preset with 2, 12 and 60 studies."""
    for preset in choices(ForestPreset):
        for k in (2, 12, 60):
            what = "made-up studies" if k == 60 else "trials of BCG"
            yield Entry(
                slug=f"preset-{preset}-{k:02d}",
                section="Presets",
                text=f"`{preset}`, {k} {what}",
                call=f'forest_layout(result, preset="{preset}", width="two-column")',
                make=lambda preset=preset, k=k: preset_layout(preset, k),  # type: ignore[misc]
            )


def preset_layout(preset: ForestPreset, k: int) -> Layout:
    """One preset at one size, as wide as two columns of the journal."""
    if k > 13:
        made = made_up(k)
        return forest_layout(made, preset=preset, width="two-column", favours=("favours A", "favours B"))
    return forest_layout(
        metasyn.pool(bcg(k)), preset=preset, width="two-column", favours=FAVOURS, group_labels=GROUPS
    )


def _forests() -> Iterator[Entry]:
    """The kinds of forest plots."""

    def add(slug: str, text: str, call: str, make: Callable[[], Layout]) -> Entry:
        return Entry(slug=slug, section="Kinds of forest plots", text=text, call=call, make=make)

    def subgroups() -> Layout:
        result = metasyn.pool(bcg(), by="allocation")
        return forest_layout(result, favours=FAVOURS, group_labels=GROUPS)

    def outcomes() -> Layout:
        one, two, three = made_up(5, seed=1), made_up(1, seed=2), made_up(8, "RR", seed=3)
        named = [("Made-up survival", one), ("Made-up relapse", two), ("Made-up response", three)]
        return outcomes_forest([*named, ("Quality of life", metasyn.NotEstimable("no study reports it"))])

    def change() -> Layout:
        pairs = [
            ("Tuberculosis, early trials", metasyn.pool(bcg(6)), metasyn.pool(bcg(8))),
            ("Tuberculosis, all trials", metasyn.pool(bcg(12)), metasyn.pool(bcg(), tau2_method="PM")),
        ]
        return change_forest(pairs, words=("version 1.0.0", "version 2.0.0"))

    def models() -> Layout:
        variants = [
            (f"τ² by {name}", metasyn.pool(bcg(), tau2_method=name)) for name in ("DL", "PM", "ML", "SJ")
        ]
        return models_forest(metasyn.pool(bcg()), variants, favours=FAVOURS)

    yield add("subgroups", "groups, each pooled", 'forest_layout(pool(effects, by="allocation"))', subgroups)
    yield add(
        "cumulative",
        "one study after the other, by year",
        'cumulative_forest(cumulative(effects, order=years), key_header="Year")',
        lambda: cumulative_forest(metasyn.cumulative(bcg(), order=YEARS), favours=FAVOURS, key_header="Year"),
    )
    yield add(
        "leave-one-out",
        "without each study in turn",
        "leave_one_out_forest(result)",
        lambda: leave_one_out_forest(metasyn.pool(bcg()), favours=FAVOURS),
    )
    yield add("outcomes", "several outcomes", "outcomes_forest([(name, result), ...])", outcomes)
    yield add("change", "before and after a change", "change_forest([(name, before, after), ...])", change)
    yield add("models", "one question pooled several ways", "models_forest(result, variants)", models)
    yield add(
        "models-in-forest",
        "studies, and below them every model",
        "forest_layout(result, models=True)",
        lambda: forest_layout(metasyn.pool(bcg()), models=True, favours=FAVOURS, group_labels=GROUPS),
    )


def _choices() -> Iterator[Entry]:
    """Styles of prediction intervals, widths, the dark palette."""
    for style in choices(PiStyle):
        yield Entry(
            slug=f"prediction-{style}",
            section="Prediction intervals",
            text=f"`{style}`",
            call=f'forest_layout(result, pi_style="{style}")',
            make=lambda style=style: forest_layout(  # type: ignore[misc]
                metasyn.pool(bcg(6)), pi_style=style, favours=FAVOURS, group_labels=GROUPS
            ),
        )
    for width in choices(FigureWidth):
        yield Entry(
            slug=f"width-{width}",
            section="Widths",
            text=f"`{width}`",
            call=f'forest_layout(result, width="{width}")',
            make=lambda width=width: forest_layout(  # type: ignore[misc]
                metasyn.pool(bcg(6)), width=width, favours=FAVOURS, group_labels=GROUPS
            ),
        )
    yield Entry(
        slug="dark",
        section="For dark screens",
        text="the dark palette",
        call='figure_bytes(layout, "svg", palette="dark")',
        make=lambda: forest_layout(metasyn.pool(bcg(6)), favours=FAVOURS, group_labels=GROUPS),
        palette="dark",
    )


def _charts() -> Iterator[Entry]:
    """Every other figure."""
    result = metasyn.pool(bcg())
    made = made_up(60)
    calls: tuple[tuple[str, str, str, Callable[[], Layout]], ...] = (
        ("funnel", "funnel", "funnel_layout(result)", lambda: funnel_layout(result)),
        (
            "funnel-contours",
            "funnel with regions of p, 60 made-up studies",
            "funnel_layout(result, contours=True)",
            lambda: funnel_layout(made, contours=True),
        ),
        (
            "funnel-trim-and-fill",
            "funnel with imputed studies and Egger's line",
            "funnel_layout(result, trim_fill=trim_and_fill(result), egger=egger_test(result))",
            lambda: funnel_layout(
                result, trim_fill=metasyn.trim_and_fill(result), egger=metasyn.egger_test(result)
            ),
        ),
        ("radial", "radial (Galbraith)", "radial_layout(result)", lambda: radial_layout(result)),
        ("baujat", "Baujat", "baujat_layout(result)", lambda: baujat_layout(result)),
        (
            "labbe",
            "L'Abbé",
            "labbe_layout(result)",
            lambda: labbe_layout(result, group_labels=GROUPS),
        ),
        (
            "gosh",
            "GOSH: all subsets of nine trials",
            "gosh_layout(result, study=...)",
            lambda: gosh_layout(metasyn.pool(bcg(9)), study="TPT Madras, 1980"),
        ),
        (
            "influence",
            "influence of each study",
            "influence_layout(result)",
            lambda: influence_layout(result),
        ),
        (
            "bubble",
            "meta-regression on latitude",
            'bubble_layout(meta_regression(effects, "latitude"))',
            lambda: bubble_layout(metasyn.meta_regression(bcg(), "latitude"), axis_label="Latitude, degrees"),
        ),
        ("profile", "profile likelihood of τ²", "profile_layout(result)", lambda: profile_layout(result)),
        (
            "posterior",
            "posterior of mean and τ from densities on a grid",
            "posterior_layout(mean, tau)",
            lambda: posterior_layout(*posterior(bcg()), measure="RR", outcome="Tuberculosis"),
        ),
        ("estimators", "estimators of τ²", "estimators_layout(result)", lambda: estimators_layout(result)),
        (
            "specification-curve",
            "specification curve: 60 ways of pooling five trials",
            "specification_curve_layout(multiverse(result))",
            lambda: specification_curve_layout(multiverse(metasyn.pool(bcg(5)))),
        ),
        (
            "specification-curve-many",
            "specification curve: every subset of eight trials, pooled in 2,550 ways",
            'specification_curve_layout(multiverse(result, exclude=["all subsets"]))',
            lambda: specification_curve_layout(multiverse(metasyn.pool(bcg(8)), exclude=["all subsets"])),
        ),
    )
    for slug, text, call, make in calls:
        yield Entry(slug=f"chart-{slug}", section="Other figures", text=text, call=call, make=make)


def svg_of(entry: Entry) -> bytes:
    """The picture of one entry."""
    return figure_bytes(entry.make(), "svg", palette=entry.palette)


def index(listed: list[Entry]) -> str:
    """The page that shows them all."""
    lines = ["# Gallery", "", "Made by `make gallery`.", "", SOURCES]
    section = ""
    for entry in listed:
        if entry.section != section:
            section = entry.section
            lines += ["", f"## {section}"]
        lines += ["", f"{entry.text}: `{entry.call}`", "", f"![{_alt(entry)}]({entry.slug}.svg)"]
    return "\n".join(lines) + "\n"


def _alt(entry: Entry) -> str:
    return f"{entry.section}: {entry.text.replace('`', '')}"


def write(folder: Path) -> int:
    """Draw everything; pictures that no entry makes any more are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(entries())
    for entry in listed:
        (folder / f"{entry.slug}.svg").write_bytes(svg_of(entry))
    for path in folder.glob("*.svg"):
        if path.stem not in {entry.slug for entry in listed}:
            path.unlink()
    (folder / "README.md").write_text(index(listed), encoding="utf-8")
    return len(listed)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(f"{write(folder)} figures in {folder.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
