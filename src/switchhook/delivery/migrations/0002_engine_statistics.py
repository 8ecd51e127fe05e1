from django.db import migrations


class Migration(migrations.Migration):
    """Keep the engine's statistics fresh: its fetch plan turns bad when a burst of jobs is not counted soon."""

    dependencies = [("delivery", "0001_initial"), ("intake", "0001_initial"), ("procrastinate", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE procrastinate_jobs SET (
                autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
                autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500
            );
            ALTER TABLE intake_rawevent SET (autovacuum_analyze_scale_factor = 0.02);
            """,
            """
            ALTER TABLE procrastinate_jobs RESET (
                autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
                autovacuum_analyze_scale_factor, autovacuum_analyze_threshold
            );
            ALTER TABLE intake_rawevent RESET (autovacuum_analyze_scale_factor);
            """,
        )
    ]
