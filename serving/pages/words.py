"""Words for what other rooms name by a code or in English: outcomes, grades, reasons, policies."""

import re
from collections.abc import Callable
from typing import NamedTuple

from components.shared.verification import verbal_scale
from serving.api.problems import Problem
from serving.pages import formats
from serving.pages.language import marked

STRENGTHS = {
    "weak": marked("Weak"),
    "moderate": marked("Moderate"),
    "moderately strong": marked("Moderately strong"),
    "strong": marked("Strong"),
    "very strong": marked("Very strong"),
    "extremely strong": marked("Extremely strong"),
}
GRADES = {
    ("skilled", True): marked(
        "%(strength)s support that it is genuine rather than a skilled forgery"
    ),
    ("skilled", False): marked(
        "%(strength)s support that it is a skilled forgery rather than genuine"
    ),
    ("random", True): marked(
        "%(strength)s support that it is genuine rather than another person's"
    ),
    ("random", False): marked(
        "%(strength)s support that it is another person's rather than genuine"
    ),
}
NO_SUPPORT = marked("No support for either: such evidence is as usual of both")
KINDS = {
    "skilled": marked("skilled forgeries"),
    "random": marked("other people's signatures"),
}
POLICIES = {
    "equal_error": marked("balanced: as many forgeries pass as genuine signatures are refused"),
    "cost": marked("by cost: each error counts as much as it was said to cost"),
    "review": marked("a person decides where the model is in doubt"),
}
FAR_POLICY = marked("strict: at most %(share)s of forgeries should pass")
REASONS = (
    marked("neither a PNG nor a JPEG image"),
    marked("the image has too many pixels"),
    marked("truncated or damaged image"),
    marked("blank image: one flat colour"),
    marked("blank image: no ink found"),
    marked("empty box: no ink found inside"),
    marked("no writing"),
    marked("a shadow or dark margin counts as ink: crop the image to evenly lit paper"),
    marked("signature too small: scan it at a higher resolution, at least 200 dpi"),
    marked("too little ink: a dot or a short line is no signature"),
    marked("signature cut off at the edge of the image: scan it with paper all around"),
    marked("two signatures or parts far apart: cut out one signature"),
    marked("background too heavy: print, pattern or stains cannot be told from the ink"),
    marked("the file is empty (0 bytes)"),
    marked("choose one image"),
    marked("choose one image or more"),
    marked("another person has it"),
    marked("this image is a reference already, of this person or of another"),
    marked("a person has at least one reference: add another first"),
    marked("the person was changed since: read it again"),
    marked("the person's references are of another model: enrol new ones"),
    marked("there is no such person"),
    marked("there is no such person or reference"),
    marked("there is no such decision"),
    marked("there is no such page"),
    marked("this decision waits for no review"),
    marked("too many images are under way; ask again a little later"),
    marked("the service is starting or ending"),
    marked("the database does not answer; ask again a little later"),
    marked("two changes met in the database; ask again a little later"),
    marked("the database is busy with other changes; ask again a little later"),
    marked("the database takes no more connections; ask again a little later"),
    marked("the database is short of memory; ask again a little later"),
    marked("the disk of the database is full: whoever runs it must make room"),
    marked("the database takes no changes: whoever runs it must see why it is read-only"),
    marked(
        "what is stored does not open: the encryption key was changed, or it is damaged; whoever "
        "runs the service must start it with the key of the database"
    ),
    marked("too many wrong keys from this address"),
    marked("this key asks too often"),
    marked("this form did not come from a page of this service"),
    marked("the service failed; its log says where"),
    marked("this key is not for the pages"),
    marked("give either person_id or reference_images"),
    marked("String should have at least 1 character"),
    marked("Input should be greater than or equal to 0"),
    marked("Input should be a valid number, unable to parse string as a number"),
)
"""Those that are known; others are shown as they are."""
FIELDS = {
    "name": marked("Name"),
    "external_id": marked("Number or id of yours"),
    "consent": marked("Consent"),
    "image": marked("Questioned signature"),
    "images": marked("Signatures"),
    "reference_images": marked("Signatures to compare with"),
    "person_id": marked("Person"),
    "largest_distance": marked("Largest distance"),
    "smallest_gap": marked("Smallest gap"),
    "key": marked("Key"),
}
STATUSES = {
    401: marked("This key is not known, has expired or was revoked."),
    403: marked("This key may not open this page."),
    404: marked("There is no such page."),
    413: marked("The images are too large together."),
    415: marked("This form cannot be read."),
    429: marked("Too many requests: wait a minute."),
    500: marked("The service failed; its log says where."),
    503: marked("The service is busy: try again a little later."),
}
ACTIONS = {
    "enrol": marked("enrolled"),
    "add": marked("reference added"),
    "remove": marked("reference removed"),
    "change": marked("changed"),
    "delete": marked("deleted"),
    "export": marked("exported"),
    "verify": marked("verified"),
    "identify": marked("identified"),
    "review": marked("reviewed"),
    "key created": marked("key created"),
    "key revoked": marked("key revoked"),
    "sign in": marked("signed in"),
}
OUTCOMES = {
    "accept": marked("accepted"),
    "reject": marked("not accepted"),
    "review": marked("a person must decide"),
    "accepted": marked("one person found"),
    "too_little_evidence": marked("nobody: too little evidence"),
    "too_far": marked("nobody: farther than the largest distance"),
    "too_close_to_second": marked("nobody: two people are too alike"),
    "nobody_enrolled": marked("nobody is enrolled"),
    "done": marked("done"),
}
COUNTED = re.compile(r"([0-9]+) references?")
REFERENCES = marked("References: %(count)s")
COLOURS = {"accept": "green", "accepted": "green", "review": "amber"}
INDEXED = re.compile(r"([a-z_]+)\.([0-9]+)")


class Told(NamedTuple):
    """A part of a refusal: which field it is about, and why it cannot be used."""

    field: str
    reason: str


class Words:
    """The words in a language."""

    def __init__(self, translate: Callable[[str], str], language: str) -> None:
        """Takes the function that translates a text."""
        self._translate, self._language = translate, language

    def grade(self, llr: float, kind: str) -> str:
        """Returns the support that evidence gives, and to what."""
        strength = verbal_scale.strength(llr)
        if strength is None:
            return self._translate(NO_SUPPORT)
        sentence = self._translate(GRADES[kind, llr > 0])
        return sentence % {"strength": self._translate(STRENGTHS[strength])}

    def kind(self, kind: str) -> str:
        """Returns the name of a kind of impostor."""
        return self._translate(KINDS[kind])

    def policy(self, policy: str) -> str:
        """Returns what a policy is for."""
        allowed = re.fullmatch(r"far_([0-9.]+)pct", policy)
        if allowed is not None:
            share = formats.percent(float(allowed[1]) / 100, self._language)
            return self._translate(FAR_POLICY) % {"share": share}
        return self._translate(POLICIES[policy]) if policy in POLICIES else policy

    def outcome(self, outcome: str) -> str:
        """Returns the meaning of an outcome; other words as they are."""
        counted = COUNTED.fullmatch(outcome)
        if counted is not None:
            return self._translate(REFERENCES) % {"count": counted[1]}
        known = ACTIONS | OUTCOMES
        return self._translate(known[outcome]) if outcome in known else outcome

    def action(self, action: str) -> str:
        """Returns the meaning of an action of the audit."""
        return self._translate(ACTIONS[action]) if action in ACTIONS else action

    def colour(self, outcome: str) -> str:
        """Returns the colour of an outcome, which words always say too."""
        return COLOURS.get(outcome, "red")

    def reason(self, reason: str) -> str:
        """Returns the reason why something cannot be used, as far as it is known."""
        known = [each for each in REASONS if reason.startswith(each)]
        return self._translate(max(known, key=len)) if known else reason

    def field(self, field: str) -> str:
        """Returns the label of a field, counted from 1 where it has several images."""
        indexed = INDEXED.fullmatch(field)
        name = indexed[1] if indexed else field
        label = self._translate(FIELDS[name]) if name in FIELDS else ""
        return f"{label} {int(indexed[2]) + 1}" if indexed else label

    def explain(self, problem: Problem) -> list[Told]:
        """Returns the parts of a refusal."""
        if problem.faults:
            return [Told(self.field(one.field), self.reason(one.reason)) for one in problem.faults]
        is_known = any(problem.detail.startswith(each) for each in REASONS)
        if not is_known and problem.status_code in STATUSES:
            return [Told("", self._translate(STATUSES[problem.status_code]))]
        return [Told("", self.reason(problem.detail))]
