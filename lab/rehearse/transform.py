"""Prints a template (a file) in JSON, with intrinsic functions in their long form,
and the result of SAM's own transform, if the template uses it: {"source", "made"}.
Runs in the Python that has the SAM CLI."""

import copy
import json
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    source = yaml_parse(file.read())
made = None
if "Serverless" in source["Transform"]:
    uploaded = copy.deepcopy(source)
    for resource in uploaded["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    made = transform(uploaded, {}, NoManagedPolicies())
json.dump({"source": source, "made": made}, sys.stdout)
