"""MEK inhibitors versus chemotherapy in NRAS-mutant melanoma."""

from metasyn import Analysis, Apart, Outcome

# Medians alone give no standard error. Where neither a p value nor events nor intervals are printed,
# three in four participants are taken to have had the event; the report varies this to 50% and 100%.
ASSUMED_EVENTS = 0.75

analysis = Analysis(
    title="MEK inhibitors versus chemotherapy in NRAS-mutant melanoma",
    question=(
        "In advanced NRAS-mutant melanoma, does a MEK inhibitor, compared with chemotherapy, delay "
        "progression, prolong survival and raise response rates, and at what cost in serious adverse events?"
    ),
    studies={"design": "randomised"},
    contrast=("MEK inhibitor", "chemotherapy"),
    same=["population"],
    overlap="whole",
    outcomes=[
        Outcome("PFS", measure="HR", definitions=["BICR"], event_fraction=ASSUMED_EVENTS),
        Outcome("OS", measure="HR", event_fraction=ASSUMED_EVENTS),
        Outcome("ORR", measure="RR", definitions=["confirmed"]),
        Outcome("DCR", measure="RR"),
        Outcome("serious AE", measure="RR", definitions=["safety set"]),
    ],
    apart=[
        Apart(
            title="Patients treated with immunotherapy before",
            reason="A subgroup of one trial: its patients are already counted in the whole trial.",
            studies={"design": "randomised"},
            contrast=(
                {"drug_class": "MEK inhibitor", "line": "after ICI"},
                {"drug_class": "chemotherapy", "line": "after ICI"},
            ),
        ),
    ],
    favours=("favours MEK inhibitor", "favours chemotherapy"),
    notes=[
        "The sources print no hazard ratio for the trial of pimasertib. Its hazard ratios here come from "
        "medians and an assumption; adding the printed hazard ratio to data/results.csv replaces them.",
    ],
)

if __name__ == "__main__":
    analysis.main()
