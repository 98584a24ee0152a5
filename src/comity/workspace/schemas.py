"""JSON Schemas of everything that others write or read, made from the models."""

from __future__ import annotations

import json

from pydantic import BaseModel

from comity.core.case import Case
from comity.core.claim_test import ClaimTest
from comity.core.codebook import Codebook
from comity.core.framework import DiscriminatingTest, Hypothesis, Outlet, Term
from comity.core.ledger_rules import LedgerRules
from comity.indicators.definition import IndicatorDefinition
from comity.judgement.assessment import Assessment
from comity.judgement.assumptions import AssumptionList
from comity.judgement.checklist import ChecklistDefinition
from comity.judgement.drivers import DriverDefinition
from comity.judgement.implied.audiences import Audiences
from comity.judgement.implied.rules import CapabilityRule, ImplicationTopic
from comity.judgement.ladder import LadderDefinition
from comity.judgement.lint.rules import Language, LintRule
from comity.judgement.probability import Scale
from comity.judgement.question_definitions import QuestionDefinition
from comity.judgement.rivals.finding import Weighing
from comity.judgement.scenarios import ScenarioDefinition

__all__ = ["json_schemas"]

_MODELS: dict[str, type[BaseModel]] = {
    "assessment": Assessment,
    "audiences": Audiences,
    "capability": CapabilityRule,
    "implications": ImplicationTopic,
    "assumptions": AssumptionList,
    "case": Case,
    "checklist": ChecklistDefinition,
    "claim": ClaimTest,
    "codebook": Codebook,
    "driver": DriverDefinition,
    "hypothesis": Hypothesis,
    "indicator": IndicatorDefinition,
    "ladder": LadderDefinition,
    "lint_language": Language,
    "lint_rule": LintRule,
    "ledger": LedgerRules,
    "outlet": Outlet,
    "question": QuestionDefinition,
    "scale": Scale,
    "scenario": ScenarioDefinition,
    "term": Term,
    "test": DiscriminatingTest,
    "weighing": Weighing,
}


def json_schemas() -> dict[str, str]:
    """Return the text of each schema by file name.

    Examples
    --------
    >>> "case.json" in json_schemas()
    True
    """
    return {
        f"{name}.json": json.dumps(model.model_json_schema(by_alias=True), indent=1, sort_keys=True)
        + "\n"
        for name, model in _MODELS.items()
    }
