"""Writes files/label-studio.json with label-studio-sdk 2.1.2: `pip install label-studio-sdk`."""

import json

from label_studio_sdk.label_interface import LabelInterface
from label_studio_sdk.label_interface.objects import AnnotationValue, TaskValue
from story import CAFE, FILES, MARKED, OWNER, TEXT, TOLL

CONFIG = """<View>
  <Labels name="label" toName="text">
    <Label value="casualties"/><Label value="place"/><Label value="person"/><Label value="people"/>
  </Labels>
  <Choices name="outcome" toName="text" perRegion="true">
    <Choice value="injured"/><Choice value="killed"/>
  </Choices>
  <Text name="text" value="$text"/>
</View>"""
interface = LabelInterface(CONFIG)
labels, choices = interface.get_control("label"), interface.get_control("outcome")
regions = {}
for one in MARKED:
    region = labels.label([one.label], start=one.start, end=one.end, text=one.words)
    # The editor notes the words of a region, which the class of the SDK leaves out.
    regions[one] = {**region._dict(), "id": f"r{len(regions)}"}
    regions[one]["value"]["text"] = one.words
owner = labels.label([OWNER.label], start=OWNER.start, end=OWNER.end)
cafe = labels.label([CAFE.label], start=CAFE.start, end=CAFE.end)
owner.id, cafe.id = regions[OWNER]["id"], regions[CAFE]["id"]
owner.add_relation(cafe, label=["owns"])
chosen = choices.label(["injured"])._dict()
chosen["id"] = regions[TOLL]["id"]
chosen["value"] = {"start": TOLL.start, "end": TOLL.end, "text": TOLL.words, **chosen["value"]}
result = [*regions.values(), chosen, *owner._dict_relations()]
task = TaskValue(
    data={"text": TEXT},
    annotations=[AnnotationValue(completed_by=1, result=result, result_count=len(result))],
    predictions=[],
)
content = json.dumps([{"id": 1, **task.model_dump()}], ensure_ascii=False, indent=1)
(FILES / "label-studio.json").write_text(content + "\n", encoding="utf-8")
