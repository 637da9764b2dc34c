/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The first gradient: f(x, y) = x·y + sin x at x = 2, y = 3, with
 *
 *   ∂f/∂x = y + cos x = 2.5839
 *   ∂f/∂y = x         = 2
 *
 * Leaves are what the program makes and frees. Ops compute at once, and what they
 * return belongs to the tape, which remembers how it was computed. Playing the tape
 * backwards gives the derivatives. */
#include <reel/reel.h>
#include <stdio.h>

/* A leaf of one number that we want the derivative by. */
static ReelTensor *
new_parameter (const gchar *label,
               gdouble      value,
               GError     **error)
{
  ReelTensor *parameter = reel_tensor_new_scalar (REEL_F64, value, error);

  if (parameter == NULL)
    return NULL;
  reel_tensor_set_requires_grad (parameter, TRUE);
  reel_tensor_set_label (parameter, label);   /* for the dump below */
  return parameter;
}

static gboolean
run (GError **error)
{
  g_autoptr (ReelTape) tape = reel_tape_new ();
  /* From here to the end of the function it records. */
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  g_autoptr (ReelTensor) x = new_parameter ("x", 2, error);
  g_autoptr (ReelTensor) y = x != NULL ? new_parameter ("y", 3, error) : NULL;
  g_autofree gchar *dump = NULL;
  ReelTensor *product, *f;

  if (y == NULL)
    return FALSE;

  product = reel_mul (x, y);
  f = reel_add (product, reel_sin (x));

  /* Had an op failed, this would tell which and why. */
  if (!reel_backward (f, error))
    return FALSE;

  printf ("f      = %.4f\n", reel_tensor_get_scalar (f));
  printf ("df/dx  = %.4f\n", reel_tensor_get_scalar (reel_tensor_get_grad (x)));
  printf ("df/dy  = %.4f\n", reel_tensor_get_scalar (reel_tensor_get_grad (y)));

  dump = reel_tape_dump (tape);
  printf ("\nThe tape:\n%s", dump);
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!run (&error))
    {
      fprintf (stderr, "hello-gradient: %s\n", error->message);
      return 1;
    }
  return 0;
}
