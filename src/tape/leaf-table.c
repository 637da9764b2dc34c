/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/grow.h"
#include "tape/leaf-table.h"

#include <stdlib.h>
#include <string.h>

/* Leaves are few: a small table of addresses, kept from sweep to sweep. */

static gsize
leaf_hash (const ReelTensor *tensor,
           gsize             table_size)
{
  return (gsize) ((((guintptr) tensor >> 4) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32) &
         (table_size - 1);
}

static gboolean
leaf_table_rehash (ReelLeafTable *table)
{
  gsize size = MAX (64, table->table_size * 2);
  guint32 *grown = calloc (size, sizeof (guint32));

  if (grown == NULL)
    return FALSE;
  for (gsize i = 0; i < table->n_entries; i++)
    {
      gsize at = leaf_hash (table->entries[i].tensor, size);

      while (grown[at] != 0)
        at = (at + 1) & (size - 1);
      grown[at] = (guint32) i + 1;
    }
  free (table->table);
  table->table = grown;
  table->table_size = size;
  return TRUE;
}

gpointer *
_reel_leaf_table_get (ReelLeafTable *table,
                      ReelTensor    *tensor,
                      gboolean       add)
{
  ReelLeafSlot *entry;
  gsize at = 0;

  if (table->table_size > 0)
    for (at = leaf_hash (tensor, table->table_size); table->table[at] != 0;
         at = (at + 1) & (table->table_size - 1))
      {
        entry = &table->entries[table->table[at] - 1];
        if (entry->tensor == tensor)
          return &entry->slot;
      }
  if (!add ||
      !_reel_grow ((gpointer *) &table->entries, &table->capacity,
                   table->n_entries + 1, sizeof (ReelLeafSlot)))
    return NULL;
  if (2 * (table->n_entries + 1) > table->table_size)
    {
      if (!leaf_table_rehash (table))
        return NULL;
      for (at = leaf_hash (tensor, table->table_size); table->table[at] != 0;)
        at = (at + 1) & (table->table_size - 1);
    }
  entry = &table->entries[table->n_entries++];
  table->table[at] = (guint32) table->n_entries;
  entry->tensor = tensor;
  entry->slot = NULL;
  return &entry->slot;
}

void
_reel_leaf_table_clear (ReelLeafTable *table)
{
  table->n_entries = 0;
  if (table->table_size > 0)
    memset (table->table, 0, table->table_size * sizeof (guint32));
}
