/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reel from C++: a line fitted to points by gradient descent, and the curvature of its
 * loss. Everything is the C API; shapes, lists of tensors and flags are written as in C.
 *
 *     c++ hello-gradient.cc -o hello-gradient $(pkg-config --cflags --libs reel-1.0)
 */
#include <reel/reel.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace
{

/* What the C API lets a caller own */
struct Unref
{
  void operator() (ReelTensor *tensor) const { reel_tensor_unref (tensor); }
  void operator() (ReelTape *tape) const { reel_tape_unref (tape); }
};
using Tensor = std::unique_ptr<ReelTensor, Unref>;
using Tape = std::unique_ptr<ReelTape, Unref>;

/* A GError becomes an exception at the end of an expression. */
class Error
{
public:
  operator GError ** () { return &error; }

  void
  check () const
  {
    if (error != nullptr)
      throw std::runtime_error (error->message);
  }

  ~Error () { g_clear_error (&error); }

private:
  GError *error = nullptr;
};

Tensor
parameter (double value)
{
  Error error;
  Tensor tensor (reel_tensor_new_scalar (REEL_F64, value, error));

  error.check ();
  reel_tensor_set_requires_grad (tensor.get (), TRUE);
  return tensor;
}

/* The mean of (a x + b - y)² */
ReelTensor *
loss_of (ReelTensor *a, ReelTensor *b, ReelTensor *x, ReelTensor *y)
{
  ReelTensor *line = reel_add (reel_mul (a, x), b);

  return reel_mean (reel_square (reel_sub (line, y)), REEL_AXES (0), FALSE);
}

void
run ()
{
  const double xs[] = { -1, 0, 1, 2 }, ys[] = { -5, -2, 1, 4 };        /* y = 3 x - 2 */
  Error error;
  Tape tape (reel_tape_new ());
  Tensor x (reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (4), xs, sizeof xs, error));
  Tensor y (reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (4), ys, sizeof ys, error));
  Tensor a = parameter (0), b = parameter (0);

  error.check ();
  reel_tape_push (tape.get ());
  for (int step = 0; step < 200; step++)
    {
      ReelTensor *gradients[2] = {};

      reel_grad (loss_of (a.get (), b.get (), x.get (), y.get ()),
                 REEL_TENSORS (a.get (), b.get ()), REEL_GRAD_NONE, gradients, error);
      error.check ();
      for (int i = 0; i < 2; i++)
        {
          reel_tensor_add_scaled ((i == 0 ? a : b).get (), gradients[i], -0.2, error);
          reel_tensor_unref (gradients[i]);
        }
      error.check ();
      reel_tape_reset (tape.get (), error);
    }
  std::printf ("y = %.3f x %+.3f\n", reel_tensor_get_scalar (a.get ()),
               reel_tensor_get_scalar (b.get ()));

  ReelTensor *slope = nullptr, *curvature = nullptr;

  reel_grad (loss_of (a.get (), b.get (), x.get (), y.get ()), REEL_TENSORS (a.get ()),
             REEL_GRAD_RECORD | REEL_GRAD_ALLOW_UNUSED, &slope, error);
  error.check ();
  reel_grad (slope, REEL_TENSORS (a.get ()), REEL_GRAD_NONE, &curvature, error);
  error.check ();
  std::printf ("d²loss/da² = %.3f\n", reel_tensor_get_scalar (curvature));
  reel_tensor_unref (slope);
  reel_tensor_unref (curvature);
  reel_tape_pop (tape.get ());
}

}

int
main ()
{
  try
    {
      run ();
    }
  catch (const std::exception &failure)
    {
      std::fprintf (stderr, "%s\n", failure.what ());
      return 1;
    }
  return 0;
}
