#!/usr/bin/env python3
"""routes -- every (method, path) of the OpenAPI document, with its operation.

    routes.py FILE|-        prints METHOD PATH OPERATION, one a line

The matrix of who may do what is made from this list: a route that has no row there fails.
"""
import json
import sys

METHODS = ("get", "head", "post", "put", "patch", "delete")


class Route:
    """One operation of the document, with what a test wants to know of it."""

    def __init__(self, method, path, operation):
        self.method, self.path, self.operation = method.upper(), path, operation
        self.id = operation["operationId"]
        self.tag = operation["tags"][0]
        # KIND.MOVE is of the plan; what has no dot is the interface's own.
        self.kind, _, self.move = self.id.partition(".") if "." in self.id else (None, None, None)

    @property
    def open(self):
        """Nobody has to say who asks."""
        return not self.operation["security"]

    @property
    def by_token(self):
        return any("bearer" in way for way in self.operation["security"])

    @property
    def roles(self):
        """Every role of the plan that may propose, confirm, sign or do it."""
        found = set()
        for branch in self.operation.get("x-roles", []):
            for names in branch.values():
                if isinstance(names, list):
                    found.update(names)
        return found

    @property
    def stream(self):
        return any("text/event-stream" in answer.get("content", {}) for answer in self.operation["responses"].values())

    def __repr__(self):
        return f"{self.method} {self.path}"


def routes(document):
    """All of them, in the order of the document."""
    return [Route(method, path, item[method]) for path, item in document["paths"].items() for method in METHODS
            if method in item]


def without_row(document, rows):
    """Those that no row of a matrix names; `rows` are (METHOD, PATH) pairs."""
    return [route for route in routes(document) if (route.method, route.path) not in set(rows)]


def main():
    with (sys.stdin if sys.argv[1:] == ["-"] else open(sys.argv[1], encoding="utf-8")) as f:
        for route in routes(json.load(f)):
            print(route.method, route.path, route.id)


if __name__ == "__main__":
    main()
