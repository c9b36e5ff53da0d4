"""The queue's jobs. A job only names the upload; what is to do stands in its row."""

from procrastinate.contrib.django import app


@app.task(queue="import", name="import.work")
def work(upload_id: int) -> None:
    """Carry out the step that the upload waits for."""
    # Imported here: the uploads defer their work through this module.
    from tallystick.importing.uploads import carry_out

    carry_out(upload_id)
