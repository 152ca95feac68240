"""Immune checkpoint inhibitors: NRAS-mutant versus NRAS wild-type melanoma."""

from metasyn import Analysis, BaselineRisk, Claim, Outcome

IMMUNOTHERAPY = ["anti-CTLA-4", "anti-PD-1", "anti-PD-1 + anti-CTLA-4", "any immunotherapy"]
EARLIER_ABSTRACT = "earlier abstract on patients of Johnson 2015, who would be counted twice"
# Responses of NRAS wild-type patients as the two largest cohorts print them: GUIDA and JOHN in results.csv.
WILD_TYPE = [
    BaselineRisk(63 / 169, label="as in Guida 2021", source="NRAS wild type, 63 of 169"),
    BaselineRisk(34 / 169, label="as in Johnson 2015", source="NRAS wild type, 34 of 169"),
]

analysis = Analysis(
    title="Immune checkpoint inhibitors in NRAS-mutant versus NRAS wild-type melanoma",
    question=(
        "Among people with advanced melanoma treated with immune checkpoint inhibitors, do response, "
        "progression and survival differ between NRAS-mutant and NRAS wild-type disease?"
    ),
    studies={"design": "cohort"},
    contrast=(
        {"nras_status": "mutant", "drug_class": IMMUNOTHERAPY},
        {"nras_status": "wild type", "drug_class": IMMUNOTHERAPY},
    ),
    same=["regimen", "population"],
    overlap="whole",
    exclude={
        "JOHN.aacr14.mut": EARLIER_ABSTRACT,
        "JOHN.aacr14.wt": EARLIER_ABSTRACT,
        "JOHN.aacr14.mut.pd1": EARLIER_ABSTRACT,
        "JOHN.aacr14.wt.pd1": EARLIER_ABSTRACT,
    },
    outcomes=[
        Outcome("ORR", measure="RR", definitions=["any line"], baseline_risk=WILD_TYPE),
        Outcome("DCR", measure="RR"),
        Outcome("OS", measure="HR", definitions=["multivariable"]),
        Outcome("PFS", measure="HR", definitions=["multivariable"]),
    ],
    external=["JAE-ORR-RR-1", "JAE-DCR-RR-1"],
    favours=("better in NRAS-mutant", "better in wild type"),
    notes=[
        "These are comparisons of patients, not of treatments: the groups were not randomised.",
        "Where a study reports all NRAS wild-type patients and also a part of them, the whole group is used.",
    ],
    claims=[
        Claim(
            "In this synthesis no difference in response is shown between NRAS-mutant and NRAS wild-type "
            "disease, and none is excluded.",
            outcome="ORR",
            interval="includes",
            test="not significant",
        ),
        Claim(
            "Nor is a difference in overall survival shown or excluded.",
            outcome="OS",
            interval="includes",
            prediction="includes",
        ),
    ],
)

if __name__ == "__main__":
    analysis.main()
