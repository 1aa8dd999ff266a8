"""Who asks, and whether they may: users with tokens and rules, and the self reviews."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tui.demo.status import Refused, refuse

Object = dict[str, Any]


@dataclass(slots=True)
class User:
    """`rules` is None for one who may do everything.

    A rule is as in a Role (verbs, apiGroups, resources, resourceNames), and may have `namespaces` (absent:
    cluster-wide) and `environments` (absent: all).
    """

    name: str
    token: str = field(repr=False)
    groups: tuple[str, ...] = ()
    rules: list[Object] | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What is asked: a verb on a resource, in a namespace or ("") cluster-wide."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def path(self) -> str:
        """As rules name it: "pods/log"."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def allowed(user: User, access: Access, environment: str) -> bool:
    """Whether a rule of the user covers it."""
    if user.rules is None or "system:masters" in user.groups:
        return True
    return any(_covers(rule, access, environment) for rule in user.rules)


def _covers(rule: Object, access: Access, environment: str) -> bool:
    def has(member: str, *values: str) -> bool:
        found = rule.get(member) or ()
        return "*" in found or any(value in found for value in values)

    resources = (access.path, f"*/{access.subresource}") if access.subresource else (access.path,)
    if "environments" in rule and not has("environments", environment):
        return False
    if "namespaces" in rule and not has("namespaces", access.namespace):
        return False
    if rule.get("resourceNames") and access.name not in rule["resourceNames"]:
        return False
    groups = rule.get("apiGroups")
    return (
        has("verbs", access.verb)
        and has("resources", *resources)
        and (groups is None or has("apiGroups", access.group))
    )


def forbidden(user: User, access: Access) -> Refused:
    """403 in the words of the real one."""
    resource = f"{access.resource}.{access.group}" if access.group else access.resource
    named = f'{resource} "{access.name}"' if access.name else resource
    where = f'in the namespace "{access.namespace}"' if access.namespace else "at the cluster scope"
    message = (
        f'{named} is forbidden: User "{user.name}" cannot {access.verb} resource "{access.path}" '
        f'in API group "{access.group}" {where}'
    )
    details = {"name": access.name, "group": access.group, "kind": access.resource}
    return refuse(403, message, details={name: value for name, value in details.items() if value})


def access_review(user: User, body: Object, environment: str) -> Object:
    """Answers a SelfSubjectAccessReview."""
    spec = body.get("spec") or {}
    asked = spec.get("resourceAttributes")
    if asked is None and "nonResourceAttributes" not in spec:
        problem = (
            "spec.resourceAttributes: Invalid value: null: "
            "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        )
        raise refuse(422, f'.authorization.k8s.io "" is invalid: {problem}')
    if asked is None:
        fine = True
    else:
        access = Access(
            verb=asked.get("verb", ""),
            group=asked.get("group", ""),
            resource=asked.get("resource", ""),
            subresource=asked.get("subresource", ""),
            namespace=asked.get("namespace", ""),
            name=asked.get("name", ""),
        )
        fine = allowed(user, access, environment)
    answer: Object = {"allowed": fine}
    if fine and user.rules is not None:
        answer["reason"] = "RBAC: allowed by the demo"
    return {**body, "metadata": body.get("metadata") or {}, "status": answer}


def rules_review(user: User, body: Object, environment: str) -> Object:
    """Answers a SelfSubjectRulesReview for `spec.namespace`."""
    namespace = (body.get("spec") or {}).get("namespace", "")
    if not namespace:
        raise refuse(400, "no namespace on request")
    basic = {
        "authorization.k8s.io": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        "authentication.k8s.io": ["selfsubjectreviews"],
    }
    found: list[Object] = [
        {"verbs": ["create"], "apiGroups": [group], "resources": names} for group, names in basic.items()
    ]
    rules = user.rules
    if rules is None or "system:masters" in user.groups:
        rules = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
    for rule in rules:
        spaces, places = rule.get("namespaces"), rule.get("environments")
        if spaces is not None and namespace not in spaces and "*" not in spaces:
            continue
        if places is not None and environment not in places and "*" not in places:
            continue
        names = ("verbs", "apiGroups", "resources", "resourceNames")
        found.append({"apiGroups": ["*"], **{name: rule[name] for name in names if name in rule}})
    status = {
        "resourceRules": found,
        "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/api", "/apis", "/version"]}],
        "incomplete": False,
    }
    return {**body, "metadata": body.get("metadata") or {}, "spec": {}, "status": status}


def subject_review(user: User, body: Object) -> Object:
    """Answers a SelfSubjectReview (kubectl auth whoami)."""
    info = {"username": user.name, "groups": [*user.groups, "system:authenticated"]}
    return {**body, "metadata": body.get("metadata") or {}, "status": {"userInfo": info}}
