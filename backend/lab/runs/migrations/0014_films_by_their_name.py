from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0013_uploads_counted'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='clip',
            options={'ordering': ['run', 'episode', 'format', 'theme'], 'verbose_name': 'film'},
        ),
    ]
