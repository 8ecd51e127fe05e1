import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import switchhook.alerts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0003_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TelegramBot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed_token", models.TextField()),
                ("username", models.CharField(max_length=64)),
                ("offset", models.BigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="telegram_bot", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelegramChat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chat_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("language", models.CharField(default="en", max_length=8, verbose_name="language")),
                ("linked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "linked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="telegram_chats",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["title", "id"],
            },
        ),
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missed", "A call was missed"),
                            ("overdue", "Nobody has called back in time"),
                            ("digest", "Missed calls, once a day"),
                            ("connection", "A connection does not work"),
                            ("work", "Work has piled up"),
                            ("silence", "No events come in"),
                            ("recordings", "Recordings cannot be fetched"),
                        ],
                        max_length=12,
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="switched on")),
                ("threshold", models.PositiveIntegerField(default=0)),
                ("at", models.TimeField(blank=True, null=True)),
                ("waits", models.BooleanField(default=True)),
                ("since", models.DateTimeField()),
                ("memory", models.JSONField(default=dict)),
                ("employees", models.ManyToManyField(blank=True, related_name="+", to="projects.employee")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alert_rules", to="projects.project"
                    ),
                ),
                ("users", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("chats", models.ManyToManyField(blank=True, related_name="rules", to="alerts.telegramchat")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="TelegramInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(default=switchhook.alerts.models.new_code, max_length=40, unique=True)),
                ("language", models.CharField(default="en", max_length=8)),
                ("expires_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="telegram_invitations",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AlertNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120)),
                ("data", models.JSONField(default=dict)),
                ("noticed_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="alerts.alertrule"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(condition=models.Q(("told_at", None)), fields=["rule", "id"], name="untold_notices")
                ],
                "constraints": [models.UniqueConstraint(fields=("rule", "key"), name="one_alert_notice")],
            },
        ),
        migrations.CreateModel(
            name="AlertMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(choices=[("email", "E-mail"), ("telegram", "Telegram")], max_length=10)),
                ("address", models.CharField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("subject", models.CharField(max_length=250)),
                ("text", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "on its way"), ("sent", "sent"), ("failed", "not delivered")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("try_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_messages",
                        to="projects.project",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="alerts.alertrule",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["project", "-id"], name="alert_messages"),
                    models.Index(fields=["rule", "-created_at"], name="alert_throttle"),
                    models.Index(condition=models.Q(("state", "waiting")), fields=["try_at"], name="alerts_waiting"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="telegramchat",
            constraint=models.UniqueConstraint(fields=("project", "chat_id"), name="one_telegram_chat"),
        ),
    ]
