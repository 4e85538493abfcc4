import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_demo_class'),
    ]

    operations = [
        migrations.AlterField(
            model_name='classroom',
            name='class_bytes',
            field=models.PositiveBigIntegerField(blank=True, default=20000000000, help_text="Bytes that the files of the class's runs and uploaded models may fill.", null=True, validators=[django.core.validators.MaxValueValidator(10000000000000)]),
        ),
        migrations.AlterField(
            model_name='classroom',
            name='student_bytes',
            field=models.PositiveBigIntegerField(blank=True, default=2000000000, help_text="Bytes that the files of each student's runs and uploaded models may fill.", null=True, validators=[django.core.validators.MaxValueValidator(10000000000000)]),
        ),
    ]
