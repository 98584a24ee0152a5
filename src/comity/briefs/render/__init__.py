"""A brief as HTML, Markdown, a terminal summary or JSON. Import the renderer that you need."""
