"""How many people sleep through with tea?"""

from metasyn import Analysis, Outcome

analysis = Analysis(
    title="Sleep with tea",
    question="What share of people sleep through after tea?",
    cohorts={"drink": "tea"},
    outcomes=[Outcome("sleep", measure="PLO")],
    subgroups=["setting"],
)

if __name__ == "__main__":
    analysis.main()
