/**
 * Makes `flask vdb-migrate` embed every knowledge base again: it skips those whose `index_struct` names the store that
 * Dify uses (langgenius/dify api/commands/vector.py, 1.16). It sets the column again when a knowledge base is done, so
 * that a second run continues with the others.
 */
export const FORGET_INDEXES = "UPDATE datasets SET index_struct = NULL WHERE indexing_technique = 'high_quality'";
