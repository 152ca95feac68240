"""MEK inhibitors versus chemotherapy in NRAS-mutant melanoma."""

from typing import Final

from metasyn import Analysis, Apart, BaselineRisk, Claim, Outcome

# Medians alone give no standard error. Where neither a p value nor events nor intervals are printed,
# three in four participants are taken to have had the event; the report varies this to 50% and 100%.
ASSUMED_EVENTS = 0.75

# For the empirical prior of how much trials of a kind differ (Turner 2015).
DRUGS: Final = "pharmacological vs pharmacological"

# What happens with chemotherapy, as the sources print it for dacarbazine. Half of the patients are without
# the event at the median time: NEMO-PFS-MED-4 (1.5 months), NEMO-OS-MED-2 (10.1 months). Counts:
# NEMO-ORR-EV-2 (9 of 133), NEMO-DCR-EV-1 (33 of 133), PIMA-DCR-EV-2 (17 of 64), NEMO-SERIOUS-AE-PCT-2
# (25 of 114).
MEDIAN_PFS = BaselineRisk(
    0.5, source="median with dacarbazine in NEMO, 1.5 months", by="1.5 months", of="event-free"
)
MEDIAN_OS = BaselineRisk(
    0.5, source="median with dacarbazine in NEMO, 10.1 months", by="10.1 months", of="event-free"
)
RESPONSE = BaselineRisk(9 / 133, source="dacarbazine in NEMO, 9 of 133")
CONTROL = [
    BaselineRisk(33 / 133, label="as in NEMO", source="dacarbazine, 33 of 133"),
    BaselineRisk(17 / 64, label="as in Lebbé 2020", source="dacarbazine, 17 of 64"),
]
SERIOUS = BaselineRisk(25 / 114, source="dacarbazine in NEMO, 25 of 114")

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
        Outcome(
            "PFS",
            measure="HR",
            definitions=["BICR"],
            event_fraction=ASSUMED_EVENTS,
            baseline_risk=MEDIAN_PFS,
            outcome_type="cause-specific mortality, major morbidity or composite",
            comparison_type=DRUGS,
        ),
        Outcome(
            "OS",
            measure="HR",
            event_fraction=ASSUMED_EVENTS,
            baseline_risk=MEDIAN_OS,
            outcome_type="all-cause mortality",
            comparison_type=DRUGS,
        ),
        Outcome("ORR", measure="RR", definitions=["confirmed"], baseline_risk=RESPONSE),
        Outcome("DCR", measure="RR", baseline_risk=CONTROL),
        Outcome("serious AE", measure="RR", definitions=["safety set"], baseline_risk=SERIOUS),
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
    claims=[
        Claim(
            "MEK inhibitors probably delay progression or death compared with chemotherapy; with two trials "
            "alone no difference is not excluded.",
            outcome="PFS",
            direction="below",
            probability=0.95,
            interval="includes",
            k=2,
        ),
        Claim(
            "Whether they prolong survival remains open: the two trials are compatible with a benefit and "
            "with harm.",
            outcome="OS",
            interval="includes",
            k=2,
        ),
        Claim(
            "Responses are more frequent with a MEK inhibitor, in the one trial that reports them.",
            outcome="ORR",
            interval="above",
            k=1,
        ),
        Claim("Serious adverse events are more frequent as well.", outcome="serious AE", interval="above"),
    ],
)

if __name__ == "__main__":
    analysis.main()
