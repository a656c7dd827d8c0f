"""Runs SAM's own transform over a JSON list of templates (YAML text) on stdin
and prints the list of what CloudFormation would get, {"error": text} for one
that SAM refuses."""

import json
import sys

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    def load(self):
        return {}


def uploaded(template):
    """The template after `sam build` and upload: code is in a bucket."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return template


def transformed(text):
    try:
        return transform(uploaded(yaml_parse(text)), {}, NoManagedPolicies())
    except InvalidDocumentException as refused:
        return {"error": "; ".join(cause.message for cause in refused.causes)}


json.dump([transformed(text) for text in json.load(sys.stdin)], sys.stdout)
