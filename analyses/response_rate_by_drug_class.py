"""Response rates in NRAS-mutant melanoma by drug class."""

from metasyn import Analysis, Apart, Claim, Outcome

TREATED = [
    "MEK inhibitor",
    "MEK inhibitor combination",
    "ERK inhibitor",
    "RAF inhibitor",
    "other kinase inhibitor",
    "kinase inhibitor + chemotherapy",
    "chemotherapy",
    "anti-CTLA-4",
    "anti-PD-1",
    "anti-PD-1 + anti-CTLA-4",
    "any immunotherapy",
]
PRIMARY_STUDIES = {"design": ["randomised", "single-arm", "cohort"]}
NOT_SELECTED = "NRAS status was not an entry criterion: these are not the rates of NRAS-mutant disease."

analysis = Analysis(
    title="Response rates in NRAS-mutant melanoma by drug class",
    question=(
        "What share of people with advanced NRAS-mutant melanoma respond, or reach disease control, under "
        "each class of drugs, and do the classes differ?"
    ),
    studies=PRIMARY_STUDIES,
    cohorts={"nras_status": "mutant", "drug_class": TREATED},
    overlap="whole",
    exclude={
        "GUIDA.mut": "reported by drug: the groups by drug are used, so that each enters its own class",
        "RIBO_BINI.altered": "overlaps the phase II cohort of the same trial, by how many is not known",
        "LY3009120.nras": "one of the five patients did not have melanoma",
    },
    outcomes=[
        Outcome("ORR", measure="PLO", definitions=["confirmed", "", "any line"]),
        Outcome("DCR", measure="PLO"),
    ],
    subgroups=["drug_class"],
    apart=[
        Apart(
            title="Targeted drugs, patients not selected for NRAS",
            reason=NOT_SELECTED,
            studies=PRIMARY_STUDIES,
            cohorts={
                "nras_status": "unselected",
                "drug_class": ["other kinase inhibitor", "farnesyltransferase inhibitor"],
            },
        ),
        Apart(
            title="Chemotherapy, patients not selected for NRAS",
            reason=NOT_SELECTED,
            studies=PRIMARY_STUDIES,
            cohorts={"nras_status": "unselected", "drug_class": "chemotherapy"},
        ),
    ],
    notes=[
        "The groups come from different studies: differences between classes are not effects of the drugs.",
        "A rate pooled by the mixed model comes from the counts themselves, cohorts without responses "
        "included as they are. Where another model is used (two cohorts only, classes that are compared) "
        "1/2 is added to both counts of such cohorts; every result names its model. The arcsine scale, which "
        "needs no such addition, stands beside it.",
    ],
    claims=[
        Claim(
            "Response rates are higher in cohorts given anti-PD-1 than in those given chemotherapy, but the "
            "classes as a whole do not differ by more than chance can explain.",
            outcome="ORR",
            by="drug_class",
            compare=("anti-PD-1", "higher than", "chemotherapy"),
            between_groups="not significant",
        ),
        Claim(
            "On average over the cohorts given a MEK inhibitor alone, fewer than three in ten respond.",
            outcome="ORR",
            by="drug_class",
            group="MEK inhibitor",
            interval_within=(0, 0.30),
            k_at_least=5,
        ),
    ],
)

if __name__ == "__main__":
    analysis.main()
