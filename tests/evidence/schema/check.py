"""Says of each case, a line of JSON with the name of a schema and an instance, whether the instance is of it: `true` or `false` a line."""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator

FOLDER = pathlib.Path(sys.argv[1])
validators = {}
for path in FOLDER.glob("*.schema.json"):
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validators[path.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(validators[case["schema"]].is_valid(case["instance"])))
