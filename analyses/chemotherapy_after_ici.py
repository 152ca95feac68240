"""Chemotherapy after failure of immune checkpoint inhibitors, by regimen."""

from metasyn import Analysis, Apart, Claim, Outcome

AFTER_ICI = {"line": "after ICI", "drug_class": "chemotherapy"}

analysis = Analysis(
    title="Chemotherapy after immune checkpoint inhibitors in melanoma, by regimen",
    question=(
        "What share of people with metastatic melanoma respond to chemotherapy after an immune checkpoint "
        "inhibitor has failed, and how much does that share vary between regimens?"
    ),
    studies={"study_id": "GOLD"},
    cohorts=AFTER_ICI,
    overlap="parts",
    exclude={"GOLD.prior-pd1": "patients of all regimens, who would be counted twice beside them"},
    outcomes=[Outcome("ORR", measure="PLO")],
    apart=[
        Apart(
            title="Other cohorts given chemotherapy after an immune checkpoint inhibitor",
            reason="Smaller series of other centres; the question by regimen is asked within one cohort.",
            studies={"study_id": ["DTIC_BJC21", "FRENCH18", "WCP30", "TMZ25"]},
            cohorts=AFTER_ICI,
        ),
    ],
    # The registered trials of the tables are of MEK, RAF and SHP2 inhibitors.
    ongoing=[],
    notes=[
        "Patients were not selected for NRAS, and were not allocated to regimens at random.",
        "The six regimens are groups of one cohort of 463 patients: heterogeneity here is between regimens.",
    ],
    claims=[
        Claim(
            "On average over the regimens, fewer than one in four patients respond.",
            outcome="ORR",
            interval_within=(0, 0.25),
            k=6,
        ),
    ],
)

if __name__ == "__main__":
    analysis.main()
