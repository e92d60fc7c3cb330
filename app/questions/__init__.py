"""The types of questions, a folder for each: how a question is written, shown, answered and marked.

A type has three modules, because not everybody may see everything. `answering` shows a question and reads an
answer, and never imports a key. `scoring` marks and reviews, so it knows the right answer. `authoring` turns
what an author wrote into both. Three registries name the types, and no other module asks which type a
question has. docs/question-types.md shows how to add one.
"""
