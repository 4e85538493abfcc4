import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0007_storage_of_models'),
        ('runs', '0011_paused_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='uploadedmodel',
            name='classroom',
            field=models.ForeignKey(blank=True, help_text="The class in whose storage it counts; none: no class's.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.classroom', verbose_name='class'),
        ),
        migrations.AddField(
            model_name='uploadedmodel',
            name='total_bytes',
            field=models.BigIntegerField(default=0, help_text='Of all its files: the model, its ZIP, its recorded lives.'),
            preserve_default=False,
        ),
    ]
