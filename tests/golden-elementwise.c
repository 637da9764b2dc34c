/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#include <math.h>

/* Elementwise ops, reductions, products and losses. */

#define OP(name) \
  static ReelTensor * \
  name (const Value *v)

#define X v[0].tensor
#define Y v[1].tensor
#define Z v[2].tensor

static ReelTensor *
times (ReelTensor *x,
       gdouble     number)
{
  return number == 1 ? x : reel_mul_scalar (x, number);
}

static ReelTensor *
total (ReelTensor *x)
{
  return reel_sum (x, REEL_ALL_AXES, FALSE);
}

OP (add) { return reel_add (X, times (Y, v[2].number)); }
OP (sub) { return reel_sub (X, times (Y, v[2].number)); }
OP (rsub) { return reel_sub (Y, times (X, v[2].number)); }
OP (div_reversed) { return reel_div (Y, X); }
OP (pow_reversed) { return reel_pow (Y, X); }
OP (matmul_reversed) { return reel_matmul (Y, X); }
OP (div_floor) { return reel_floor (reel_div (X, Y)); }
OP (addcmul) { return reel_add (X, times (reel_mul (Y, Z), v[3].number)); }
OP (addcdiv) { return reel_add (X, times (reel_div (Y, Z), v[3].number)); }
OP (where) { return reel_where (Y, X, Z); }
OP (xlog1py) { return reel_mul (X, reel_log1p (Y)); }
OP (logit) { return reel_sub (reel_log (X), reel_log1p (reel_neg (X))); }
OP (round_) { return reel_round (X); }
OP (deg2rad) { return reel_mul_scalar (X, G_PI / 180); }
OP (rad2deg) { return reel_mul_scalar (X, 180 / G_PI); }

static ReelTensor *
constant_like (ReelTensor *x,
               gdouble     number)
{
  return reel_add_scalar (reel_mul_scalar (x, 0), number);
}

OP (fill) { return constant_like (X, v[1].number); }

OP (masked_fill)
{
  return reel_where (Y, Z != NULL ? Z : constant_like (X, v[2].number), X);
}

OP (lerp)
{
  ReelTensor *way = reel_sub (Y, X);

  return reel_add (X, Z != NULL ? reel_mul (way, Z) : reel_mul_scalar (way, v[2].number));
}

OP (clamp)
{
  ReelTensor *y = Y != NULL ? reel_maximum (X, Y) : X;

  return Z != NULL ? reel_minimum (y, Z) : y;
}

OP (hardtanh) { return reel_clamp (X, v[1].number, v[2].number); }
OP (relu6) { return reel_clamp (X, 0, 6); }
OP (elu) { return reel_elu (X, v[1].number); }
OP (leaky_relu) { return reel_leaky_relu (X, v[1].number); }
OP (softplus) { return reel_softplus (X, v[1].number); }
OP (tanhshrink) { return reel_sub (X, reel_tanh (X)); }
OP (softmin) { return reel_softmax (reel_neg (X), (gint64) v[1].number); }

OP (selu)
{
  return reel_mul_scalar (reel_elu (X, 1.6732632423543772848), 1.0507009873554804934);
}

OP (gelu)
{
  return reel_gelu (X, g_strcmp0 (v[1].text, "tanh") == 0 ? REEL_GELU_TANH : REEL_GELU_ERF);
}

OP (softshrink)
{
  ReelTensor *above = reel_relu (reel_sub_scalar (X, v[1].number));

  return reel_sub (above, reel_relu (reel_sub_scalar (reel_neg (X), v[1].number)));
}

/* Reductions */

static gdouble
correction (const Value *v)
{
  return v[3].given ? v[3].number : v[1].number;
}

OP (var) { return reel_var (X, v[2].n, v[2].list, correction (v), v[4].number != 0); }
OP (std) { return reel_sqrt (var (v)); }

static const gchar *
var_mean (const Value *v,
          Sample      *sample)
{
  sample->n_outputs = 2;
  sample->outputs[0] = var (v);
  sample->outputs[1] = reel_mean (X, v[2].n, v[2].list, v[4].number != 0);
  return NULL;
}

static const gchar *
std_mean (const Value *v,
          Sample      *sample)
{
  (void) var_mean (v, sample);
  sample->outputs[0] = reel_sqrt (sample->outputs[0]);
  return NULL;
}

static const gchar *
max_along (const Value *v,
           Sample      *sample)
{
  sample->n_outputs = 2;
  sample->outputs[0] = reel_amax (X, 1, v[1].list, v[2].number != 0);
  sample->outputs[1] = reel_argmax (X, v[1].list[0], v[2].number != 0);
  return NULL;
}

static const gchar *
min_along (const Value *v,
           Sample      *sample)
{
  sample->n_outputs = 2;
  sample->outputs[0] = reel_amin (X, 1, v[1].list, v[2].number != 0);
  sample->outputs[1] = reel_argmin (X, v[1].list[0], v[2].number != 0);
  return NULL;
}

OP (dist) { return reel_sqrt (total (reel_square (reel_sub (X, Y)))); }
OP (trace) { return total (reel_diagonal (X, 0, 0, 1)); }
OP (vecdot) { return reel_sum (reel_mul (X, Y), 1, (gint64[]){ (gint64) v[2].number }, FALSE); }

OP (norm_fro)
{
  return reel_sqrt (reel_sum (reel_square (X), v[2].n, v[2].list, v[3].number != 0));
}

/* Products */

OP (add_product)
{
  ReelTensor *product = reel_matmul (Y, Z);

  return reel_add (times (X, v[3].number), times (product, v[4].number));
}

OP (addbmm)
{
  ReelTensor *product = reel_sum (reel_matmul (Y, Z), 1, (gint64[]){ 0 }, FALSE);

  return reel_add (times (X, v[3].number), times (product, v[4].number));
}

OP (outer) { return reel_mul (reel_unsqueeze (X, 1), Y); }

OP (addr)
{
  ReelTensor *product = reel_mul (reel_unsqueeze (Y, 1), Z);

  return reel_add (times (X, v[3].number), times (product, v[4].number));
}

OP (multi_dot)
{
  ReelTensor *y = v[0].tensors[0];

  for (guint i = 1; i < v[0].n; i++)
    y = reel_matmul (y, v[0].tensors[i]);
  return y;
}

OP (linear) { return reel_linear (X, Y, Z); }

/* Losses */

static ReelReduction
reduction_of (const Value *value)
{
  if (g_str_equal (value->text, "mean"))
    return REEL_REDUCTION_MEAN;
  return g_str_equal (value->text, "sum") ? REEL_REDUCTION_SUM : REEL_REDUCTION_NONE;
}

/* Classes lie along axis 1 there, along the last here. */
static ReelTensor *
classes_last (ReelTensor *x)
{
  gint64 axes[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (x), n = 0;

  if (rank < 3 || !reel_dtype_is_floating (reel_tensor_get_dtype (x)))
    return x;
  for (guint i = 0; i < rank; i++)
    if (i != 1)
      axes[n++] = i;
  axes[n] = 1;
  return reel_permute (x, rank, axes);
}

OP (cross_entropy)
{
  return reel_cross_entropy (classes_last (X), classes_last (Y), reduction_of (&v[2]));
}

OP (nll_loss) { return reel_nll (classes_last (X), Y, reduction_of (&v[2])); }
OP (mse_loss) { return reel_mse (X, Y, reduction_of (&v[2])); }

static ReelTensor *
reduced (ReelTensor  *x,
         const Value *reduction)
{
  switch (reduction_of (reduction))
    {
    case REEL_REDUCTION_MEAN:
      return reel_mean (x, REEL_ALL_AXES, FALSE);
    case REEL_REDUCTION_SUM:
      return total (x);
    default:
      return x;
    }
}

OP (l1_loss) { return reduced (reel_abs (reel_sub (X, Y)), &v[2]); }
/* (with the roundings of the formula as it is written) */
OP (soft_margin_loss)
{
  ReelTensor *y = reel_exp (reel_neg (reel_mul (X, Y)));

  return reduced (reel_log (reel_add_scalar (y, 1)), &v[2]);
}

#define REDUCTION(name, f) GOLDEN_XLB (name, "T:input L:dim=null B:keepdim=false", f)
#define ADD_PRODUCT(name, f) GOLDEN_V (name, "T:input T:a T:b N:beta=1 N:alpha=1", f)
#define VARIANCE "T:input B:unbiased=true L:dim=null N:correction=null B:keepdim=false"
#define LOSS "T:input T:target S:reduction=\"mean\""

const GoldenOp golden_elementwise[] = {
  GOLDEN_XX ("__radd__", reel_add),
  GOLDEN_V ("__rdiv__", "T:input T:other", div_reversed),
  GOLDEN_V ("__rmatmul__", "T:input T:other", matmul_reversed),
  GOLDEN_XX ("__rmul__", reel_mul),
  GOLDEN_V ("__rpow__", "T:input T:other", pow_reversed),
  GOLDEN_V ("__rsub__", "T:input T:other N:alpha=1", rsub),
  GOLDEN_X ("abs", reel_abs),
  GOLDEN_X ("acos", reel_acos),
  GOLDEN_X ("acosh", reel_acosh),
  GOLDEN_V ("add", "T:input T:other N:alpha=1", add),
  ADD_PRODUCT ("addbmm", addbmm),
  GOLDEN_V ("addcdiv", "T:input T:a T:b N:value=1", addcdiv),
  GOLDEN_V ("addcmul", "T:input T:a T:b N:value=1", addcmul),
  ADD_PRODUCT ("addmm", add_product),
  ADD_PRODUCT ("addmm.decomposed", add_product),
  ADD_PRODUCT ("addmv", add_product),
  ADD_PRODUCT ("addr", addr),
  REDUCTION ("amax", reel_amax),
  REDUCTION ("amin", reel_amin),
  GOLDEN_X ("asin", reel_asin),
  GOLDEN_X ("asinh", reel_asinh),
  GOLDEN_X ("atan", reel_atan),
  GOLDEN_XX ("atan2", reel_atan2),
  GOLDEN_X ("atanh", reel_atanh),
  ADD_PRODUCT ("baddbmm", add_product),
  GOLDEN_XX ("bmm", reel_matmul),
  GOLDEN_X ("ceil", reel_ceil),
  GOLDEN_V ("clamp", "T:input T:min=null T:max=null", clamp),
  GOLDEN_XX ("clamp_max", reel_minimum),
  GOLDEN_XX ("clamp_min", reel_maximum),
  GOLDEN_XX ("copysign", reel_copysign),
  GOLDEN_X ("cos", reel_cos),
  GOLDEN_X ("cosh", reel_cosh),
  GOLDEN_V ("deg2rad", "T:input", deg2rad),
  GOLDEN_V ("dist", "T:input T:other N:p=2", dist),
  GOLDEN_V ("div.floor_rounding", "T:input T:other S:rounding_mode", div_floor),
  GOLDEN_XX ("div.no_rounding_mode", reel_div),
  GOLDEN_XX ("dot", reel_matmul),
  GOLDEN_X ("erf", reel_erf),
  GOLDEN_X ("erfc", reel_erfc),
  GOLDEN_X ("exp", reel_exp),
  GOLDEN_X ("exp2", reel_exp2),
  GOLDEN_X ("expm1", reel_expm1),
  GOLDEN_V ("fill", "T:input N:value", fill),
  GOLDEN_XX ("float_power", reel_pow),
  GOLDEN_X ("floor", reel_floor),
  GOLDEN_XX ("fmax", reel_maximum),
  GOLDEN_XX ("fmin", reel_minimum),
  GOLDEN_XX ("fmod", reel_fmod),
  GOLDEN_X ("frac", reel_frac),
  GOLDEN_XX ("hypot", reel_hypot),
  GOLDEN_V ("lerp", "T:input T:end A:weight", lerp),
  GOLDEN_V ("linalg.multi_dot", "P:tensors", multi_dot),
  GOLDEN_V ("linalg.vecdot", "T:input T:other N:dim=-1", vecdot),
  GOLDEN_X ("log", reel_log),
  GOLDEN_X ("log10", reel_log10),
  GOLDEN_X ("log1p", reel_log1p),
  GOLDEN_X ("log2", reel_log2),
  GOLDEN_XI ("log_softmax", "T:input N:dim", reel_log_softmax),
  GOLDEN_XI ("log_softmax.dtype", "T:input N:dim S:dtype", reel_log_softmax),
  GOLDEN_XX ("logaddexp", reel_logaddexp),
  GOLDEN_V ("logit", "T:input N:eps=null", logit),
  REDUCTION ("logsumexp", reel_logsumexp),
  GOLDEN_V ("masked_fill", "T:input T:mask A:value", masked_fill),
  GOLDEN_XX ("matmul", reel_matmul),
  GOLDEN_XX ("max.binary", reel_maximum),
  REDUCTION ("max.reduction_no_dim", reel_amax),
  GOLDEN_MANY ("max.reduction_with_dim", "T:input L:dim B:keepdim=false", max_along),
  GOLDEN_XX ("maximum", reel_maximum),
  REDUCTION ("mean", reel_mean),
  GOLDEN_XX ("min.binary", reel_minimum),
  REDUCTION ("min.reduction_no_dim", reel_amin),
  GOLDEN_MANY ("min.reduction_with_dim", "T:input L:dim B:keepdim=false", min_along),
  GOLDEN_XX ("minimum", reel_minimum),
  GOLDEN_XX ("mm", reel_matmul),
  GOLDEN_XX ("mul", reel_mul),
  GOLDEN_XX ("mv", reel_matmul),
  GOLDEN_X ("neg", reel_neg),
  GOLDEN_V ("nn.functional.cross_entropy", LOSS, cross_entropy),
  GOLDEN_V ("nn.functional.elu", "T:input N:alpha=1", elu),
  GOLDEN_V ("nn.functional.gelu", "T:input S:approximate=null", gelu),
  GOLDEN_X ("nn.functional.hardswish", reel_hardswish),
  GOLDEN_V ("nn.functional.hardtanh", "T:input N:min_val=-1 N:max_val=1", hardtanh),
  GOLDEN_V ("nn.functional.l1_loss", LOSS, l1_loss),
  GOLDEN_V ("nn.functional.leaky_relu", "T:input N:negative_slope=0.01", leaky_relu),
  GOLDEN_V ("nn.functional.linear", "T:input T:weight T:bias=null", linear),
  GOLDEN_X ("nn.functional.logsigmoid", reel_log_sigmoid),
  GOLDEN_X ("nn.functional.mish", reel_mish),
  GOLDEN_V ("nn.functional.mse_loss", LOSS, mse_loss),
  GOLDEN_V ("nn.functional.nll_loss", LOSS, nll_loss),
  GOLDEN_X ("nn.functional.relu", reel_relu),
  GOLDEN_V ("nn.functional.relu6", "T:input", relu6),
  GOLDEN_V ("nn.functional.selu", "T:input", selu),
  GOLDEN_X ("nn.functional.silu", reel_silu),
  GOLDEN_V ("nn.functional.soft_margin_loss", LOSS, soft_margin_loss),
  GOLDEN_V ("nn.functional.softmin", "T:input N:dim", softmin),
  GOLDEN_V ("nn.functional.softmin.with_dtype", "T:input N:dim S:dtype", softmin),
  GOLDEN_V ("nn.functional.softplus", "T:input N:beta=1", softplus),
  GOLDEN_V ("nn.functional.softshrink", "T:input N:lambd=0.5", softshrink),
  GOLDEN_X ("nn.functional.softsign", reel_softsign),
  GOLDEN_V ("nn.functional.tanhshrink", "T:input", tanhshrink),
  GOLDEN_V ("norm.fro", "T:input S:p=null L:dim=null B:keepdim=false", norm_fro),
  GOLDEN_V ("outer", "T:input T:other", outer),
  GOLDEN_X ("positive", reel_contiguous),
  GOLDEN_XX ("pow", reel_pow),
  REDUCTION ("prod", reel_prod),
  GOLDEN_V ("rad2deg", "T:input", rad2deg),
  GOLDEN_X ("real", reel_contiguous),
  GOLDEN_X ("reciprocal", reel_reciprocal),
  GOLDEN_XX ("remainder", reel_remainder),
  GOLDEN_X ("round", reel_round),
  GOLDEN_V ("round.decimals_0", "T:input N:decimals", round_),
  GOLDEN_X ("rsqrt", reel_rsqrt),
  GOLDEN_V ("rsub", "T:input T:other N:alpha=1", rsub),
  GOLDEN_X ("sgn", reel_sign),
  GOLDEN_X ("sigmoid", reel_sigmoid),
  GOLDEN_X ("sign", reel_sign),
  GOLDEN_X ("sin", reel_sin),
  GOLDEN_X ("sinh", reel_sinh),
  GOLDEN_XI ("softmax", "T:input N:dim", reel_softmax),
  GOLDEN_XI ("softmax.with_dtype", "T:input N:dim S:dtype", reel_softmax),
  GOLDEN_V ("special.xlog1py", "T:input T:other", xlog1py),
  GOLDEN_X ("sqrt", reel_sqrt),
  GOLDEN_X ("square", reel_square),
  GOLDEN_V ("std", VARIANCE, std),
  GOLDEN_MANY ("std_mean", VARIANCE, std_mean),
  GOLDEN_V ("sub", "T:input T:other N:alpha=1", sub),
  REDUCTION ("sum", reel_sum),
  GOLDEN_X ("tan", reel_tan),
  GOLDEN_X ("tanh", reel_tanh),
  GOLDEN_V ("trace", "T:input", trace),
  GOLDEN_XX ("true_divide", reel_div),
  GOLDEN_X ("trunc", reel_trunc),
  GOLDEN_V ("var", VARIANCE, var),
  GOLDEN_MANY ("var_mean", VARIANCE, var_mean),
  GOLDEN_XX ("vdot", reel_matmul),
  GOLDEN_V ("where", "T:input T:condition T:other", where),
  GOLDEN_XX ("xlogy", reel_xlogy),
  { NULL, NULL, FORM_X, { NULL } },
};
