"""Does tea help people sleep?"""

from metasyn import Analysis, Outcome

analysis = Analysis(
    title="Tea compared with water for sleep",
    question="Among people who sleep badly, does tea compared with water change sleep?",
    studies={"design": "randomised"},
    contrast=({"drink": "tea"}, {"drink": "water"}),
    outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],
)

if __name__ == "__main__":
    analysis.main()
