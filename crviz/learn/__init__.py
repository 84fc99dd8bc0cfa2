"""The course at /learn: eight steps from one gyrating particle to the observed sky, as one HTML file.

The file brings all that it needs, of Panel's and Bokeh's nothing: words (words.json), the data of `held`, the
modules of browser/ and what they share with the explorer, a style sheet and the font of equations.
"""

from crviz.learn.document import document, one_file, steps
from crviz.learn.route import routes

__all__ = ["document", "one_file", "routes", "steps"]
