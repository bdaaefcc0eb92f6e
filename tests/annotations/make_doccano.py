"""Writes files/doccano.jsonl and doccano-relations.jsonl with doccano 1.8.4: `pip install doccano`.

Its own server exports them, from a database in a temporary folder. It needs
`marshmallow<4`, `numpy<2` and `setuptools<80`.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import backend  # doccano's
from story import CAFE, FILES, MARKED, OWNER, TEXT

folder = tempfile.mkdtemp()
sys.path.append(str(Path(backend.__file__).parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.production"
os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
os.environ["MEDIA_ROOT"] = folder

import django  # noqa: E402

django.setup()

from data_export.celery_tasks import create_collaborative_dataset  # noqa: E402
from data_export.pipeline.catalog import JSONL  # noqa: E402
from data_export.pipeline.factories import create_formatter, create_writer  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from examples.models import Comment, Example  # noqa: E402
from label_types.models import RelationType, SpanType  # noqa: E402
from labels.models import Relation, Span  # noqa: E402
from projects.models import ProjectType, SequenceLabelingProject  # noqa: E402

call_command("migrate", verbosity=0)
user = User.objects.create_user("reader")


def export(name: str, related: bool) -> None:
    project = SequenceLabelingProject.objects.create(
        name=name,
        project_type=ProjectType.SEQUENCE_LABELING,
        created_by=user,
        collaborative_annotation=True,
        use_relation=related,
    )
    example = Example.objects.create(project=project, text=TEXT, meta={"origin": "invented"})
    labels = {one.label for one in MARKED}
    kinds = {one: SpanType.objects.create(text=one, project=project) for one in sorted(labels)}
    spans = {
        one: Span.objects.create(
            example=example,
            label=kinds[one.label],
            start_offset=one.start,
            end_offset=one.end,
            user=user,
        )
        for one in MARKED
    }
    if related:
        owns = RelationType.objects.create(text="owns", project=project)
        Relation.objects.create(
            example=example, type=owns, from_id=spans[OWNER], to_id=spans[CAFE], user=user
        )
        Comment.objects.create(example=example, text="Is it open?", user=user)
    make, write = create_formatter(project, JSONL.name), create_writer(JSONL.name)
    create_collaborative_dataset(project, folder, False, make, write)
    shutil.copy(f"{folder}/all.jsonl", FILES / f"{name}.jsonl")


export("doccano", related=False)
export("doccano-relations", related=True)
shutil.rmtree(folder)
