/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#define MAX_LIST 16

static const gchar *
give (Sample     *sample,
      ReelTensor *output)
{
  sample->outputs[0] = output;
  sample->n_outputs = 1;
  return NULL;
}

/* An argument by its place, else by its name */
static const Json *
argument (const Sample *sample,
          guint         place,
          const gchar  *name)
{
  const Json *value = json_at (sample->args, place);

  return value != NULL ? value : json_get (sample->kwargs, name);
}

static gint64
integer (const Sample *sample,
         guint         place,
         const gchar  *name,
         gint64        otherwise)
{
  const Json *value = argument (sample, place, name);

  return value != NULL && value->kind == JSON_NUMBER ? (gint64) value->number : otherwise;
}

static gdouble
number (const Sample *sample,
        const gchar  *name,
        gdouble       otherwise)
{
  const Json *value = json_get (sample->kwargs, name);

  return value != NULL && value->kind == JSON_NUMBER ? value->number : otherwise;
}

static gboolean
truth (const Sample *sample,
       guint         place,
       const gchar  *name)
{
  const Json *value = argument (sample, place, name);

  return value != NULL && value->kind == JSON_TRUE;
}

/* A number as a list of one; nothing as an empty list */
static guint
list (const Json *value,
      gint64     *numbers)
{
  guint n = 0;

  if (value == NULL || value->kind == JSON_NULL)
    return 0;
  if (value->kind == JSON_NUMBER)
    {
      numbers[0] = (gint64) value->number;
      return 1;
    }
  g_assert_cmpint (value->kind, ==, JSON_ARRAY);
  for (n = 0; n < json_length (value); n++)
    {
      g_assert_cmpuint (n, <, MAX_LIST);
      numbers[n] = (gint64) json_at (value, n)->number;
    }
  return n;
}

#define X (sample->tensors[0])
#define Y (sample->tensors[1])
#define Z (sample->tensors[2])

/* Reductions */

typedef ReelTensor *(*ReduceFunc) (ReelTensor   *x,
                                   guint         n_axes,
                                   const gint64 *axes,
                                   gboolean      keep);

static const gchar *
reduce (Sample    *sample,
        ReduceFunc func)
{
  gint64 axes[MAX_LIST];
  guint n = list (argument (sample, 1, "dim"), axes);

  return give (sample, func (X, n, axes, truth (sample, 2, "keepdim")));
}

#define REDUCTION(name) \
  static const gchar * \
  name (Sample *sample) \
  { \
    return reduce (sample, reel_##name); \
  }

REDUCTION (sum)
REDUCTION (mean)
REDUCTION (prod)
REDUCTION (amax)
REDUCTION (amin)
REDUCTION (logsumexp)

static const gchar *
var (Sample *sample)
{
  const Json *unbiased = argument (sample, 1, "unbiased");
  gint64 axes[MAX_LIST];
  guint n = list (json_get (sample->kwargs, "dim"), axes);
  gdouble correction = unbiased != NULL && unbiased->kind == JSON_FALSE ? 0 : 1;

  return give (sample, reel_var (X, n, axes, number (sample, "correction", correction),
                                 truth (sample, 99, "keepdim")));
}

static const gchar *
softmax (Sample *sample)
{
  return give (sample, reel_softmax (X, integer (sample, 1, "dim", -1)));
}

static const gchar *
log_softmax (Sample *sample)
{
  return give (sample, reel_log_softmax (X, integer (sample, 1, "dim", -1)));
}

/* Shapes */

typedef ReelTensor *(*ShapeFunc) (ReelTensor   *x,
                                  guint         rank,
                                  const gint64 *shape);

static const gchar *
by_shape (Sample   *sample,
          ShapeFunc func)
{
  gint64 shape[MAX_LIST];
  guint rank = list (json_at (sample->args, 1), shape);

  return give (sample, func (X, rank, shape));
}

static const gchar *
reshape (Sample *sample)
{
  return by_shape (sample, reel_reshape);
}

static const gchar *
broadcast_to (Sample *sample)
{
  return by_shape (sample, reel_broadcast_to);
}

static const gchar *
expand (Sample *sample)
{
  return by_shape (sample, reel_expand);
}

static const gchar *
permute (Sample *sample)
{
  return by_shape (sample, reel_permute);
}

static const gchar *
as_other (Sample   *sample,
          ShapeFunc func)
{
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (Y, &rank);

  return give (sample, func (X, rank, shape));
}

static const gchar *
reshape_as (Sample *sample)
{
  return as_other (sample, reel_reshape);
}

static const gchar *
expand_as (Sample *sample)
{
  return as_other (sample, reel_expand);
}

static const gchar *
flatten (Sample *sample)
{
  return give (sample, reel_flatten (X, integer (sample, 1, "start_dim", 0),
                                     integer (sample, 2, "end_dim", -1)));
}

static const gchar *
flip (Sample *sample)
{
  gint64 axes[MAX_LIST];
  guint n = list (argument (sample, 1, "dims"), axes);

  return give (sample, reel_flip (X, n, axes));
}

static const gchar *
transpose (Sample *sample)
{
  return give (sample, reel_transpose (X, integer (sample, 1, "dim0", 0),
                                       integer (sample, 2, "dim1", 1)));
}

static const gchar *
matrix_transpose (Sample *sample)
{
  return give (sample, reel_transpose (X, -1, -2));
}

static const gchar *
squeeze (Sample *sample)
{
  gint64 axes[MAX_LIST];
  guint n = list (argument (sample, 1, "dim"), axes);

  return give (sample, reel_squeeze (X, n, axes));
}

static const gchar *
unsqueeze (Sample *sample)
{
  return give (sample, reel_unsqueeze (X, integer (sample, 1, "dim", 0)));
}

static const gchar *
narrow (Sample *sample)
{
  return give (sample, reel_narrow (X, integer (sample, 1, "dim", 0),
                                    integer (sample, 2, "start", 0),
                                    integer (sample, 3, "length", 0)));
}

static const gchar *
select_ (Sample *sample)
{
  return give (sample, reel_select (X, integer (sample, 1, "dim", 0),
                                    integer (sample, 2, "index", 0)));
}

static const gchar *
diagonal (Sample *sample)
{
  return give (sample, reel_diagonal (X, integer (sample, 1, "offset", 0),
                                      integer (sample, 2, "dim1", 0),
                                      integer (sample, 3, "dim2", 1)));
}

static const gchar *
tril (Sample *sample)
{
  return give (sample, reel_tril (X, integer (sample, 1, "diagonal", 0)));
}

static const gchar *
triu (Sample *sample)
{
  return give (sample, reel_triu (X, integer (sample, 1, "diagonal", 0)));
}

static const gchar *
cat (Sample *sample)
{
  return give (sample, reel_concat (sample->tensors, sample->n_tensors,
                                    integer (sample, 1, "dim", 0)));
}

static const gchar *
stack (Sample *sample)
{
  return give (sample, reel_stack (sample->tensors, sample->n_tensors,
                                   integer (sample, 1, "dim", 0)));
}

static const gchar *
unbind (Sample *sample)
{
  gint64 axis = integer (sample, 1, "dim", 0);

  sample->n_outputs = (guint) reel_tensor_get_size (X, (gint) axis);
  (void) reel_unbind (X, axis, sample->outputs, sample->n_outputs);
  return NULL;
}

/* Sizes, or the size of each part but the last */
static const gchar *
split (Sample *sample)
{
  const Json *how = json_at (sample->args, 1);
  gint64 axis = integer (sample, 2, "dim", 0);
  gint64 size = reel_tensor_get_size (X, (gint) axis);
  gint64 sizes[MAX_LIST];
  guint n;

  if (how->kind == JSON_NUMBER)
    for (n = 0; size > 0; n++)
      {
        sizes[n] = MIN (size, (gint64) how->number);
        size -= sizes[n];
      }
  else
    n = list (how, sizes);
  sample->n_outputs = n;
  (void) reel_split (X, n, sizes, axis, sample->outputs);
  return NULL;
}

/* Indices */

static const gchar *
gather (Sample *sample)
{
  return give (sample, reel_gather (X, integer (sample, 1, "dim", 0), Y));
}

static const gchar *
index_select (Sample *sample)
{
  return give (sample, reel_index_select (X, integer (sample, 1, "dim", 0), Y));
}

static const gchar *
scatter_add (Sample *sample)
{
  return give (sample, reel_scatter_add (X, integer (sample, 1, "dim", 0), Y, Z));
}

static const gchar *
embedding (Sample *sample)
{
  if (json_length (sample->kwargs) > 0)
    return "no padding_idx, max_norm or scaling";
  /* (the vectors have the table first) */
  return give (sample, reel_dtype_is_floating (reel_tensor_get_dtype (X))
                       ? reel_embedding (X, Y) : reel_embedding (Y, X));
}

/* Elementwise */

static ReelTensor *
scaled (const Sample *sample,
        ReelTensor   *x)
{
  return json_get (sample->kwargs, "alpha") == NULL
         ? x : reel_mul_scalar (x, number (sample, "alpha", 1));
}

static const gchar *
add (Sample *sample)
{
  return give (sample, reel_add (X, scaled (sample, Y)));
}

static const gchar *
sub (Sample *sample)
{
  return give (sample, reel_sub (X, scaled (sample, Y)));
}

static const gchar *
rsub (Sample *sample)
{
  return give (sample, reel_sub (Y, scaled (sample, X)));
}

static ReelTensor *
div_reversed (ReelTensor *a,
              ReelTensor *b)
{
  return reel_div (b, a);
}

static ReelTensor *
pow_reversed (ReelTensor *a,
              ReelTensor *b)
{
  return reel_pow (b, a);
}

static ReelTensor *
matmul_reversed (ReelTensor *a,
                 ReelTensor *b)
{
  return reel_matmul (b, a);
}

/* The vectors have the first operand, then the condition. */
static const gchar *
where (Sample *sample)
{
  return give (sample, reel_where (Y, X, Z));
}

static const gchar *
masked_fill (Sample *sample)
{
  if (sample->n_tensors < 3)
    return "the filling is a plain number";
  return give (sample, reel_where (Y, Z, X));
}

static const gchar *
hardtanh (Sample *sample)
{
  return give (sample, reel_clamp (X, number (sample, "min_val", -1),
                                   number (sample, "max_val", 1)));
}

static const gchar *
relu6 (Sample *sample)
{
  return give (sample, reel_clamp (X, 0, 6));
}

static const gchar *
elu (Sample *sample)
{
  return give (sample, reel_elu (X, number (sample, "alpha", 1)));
}

static const gchar *
leaky_relu (Sample *sample)
{
  return give (sample, reel_leaky_relu (X, number (sample, "negative_slope", 0.01)));
}

static const gchar *
gelu (Sample *sample)
{
  const Json *form = json_get (sample->kwargs, "approximate");
  gboolean by_tanh = form != NULL && g_str_equal (form->text, "tanh");

  return give (sample, reel_gelu (X, by_tanh ? REEL_GELU_TANH : REEL_GELU_ERF));
}

static const gchar *
softplus (Sample *sample)
{
  return give (sample, reel_softplus (X, number (sample, "beta", 1)));
}

/* Products and losses */

static const gchar *
linear (Sample *sample)
{
  return give (sample, reel_linear (X, Y, sample->n_tensors > 2 ? Z : NULL));
}

static ReelReduction
reduction_of (const Sample *sample)
{
  const Json *name = json_get (sample->kwargs, "reduction");

  if (name == NULL || g_str_equal (name->text, "mean"))
    return REEL_REDUCTION_MEAN;
  return g_str_equal (name->text, "sum") ? REEL_REDUCTION_SUM : REEL_REDUCTION_NONE;
}

/* Classes lie along axis 1 there, along the last here. */
static ReelTensor *
classes_last (ReelTensor *x)
{
  gint64 axes[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (x), n = 0;

  if (rank < 3)
    return x;
  for (guint i = 0; i < rank; i++)
    if (i != 1)
      axes[n++] = i;
  axes[n] = 1;
  return reel_permute (x, rank, axes);
}

static const gchar *
loss (Sample *sample,
      ReelTensor *(*func) (ReelTensor   *x,
                           ReelTensor   *target,
                           ReelReduction reduction))
{
  ReelTensor *target = Y;

  if (json_get (sample->kwargs, "weight") != NULL)
    return "no class weights";
  if (json_get (sample->kwargs, "ignore_index") != NULL)
    return "no ignored index";
  if (json_get (sample->kwargs, "label_smoothing") != NULL)
    return "no label smoothing";
  if (!reel_dtype_is_floating (reel_tensor_get_dtype (target)))
    return give (sample, func (classes_last (X), target, reduction_of (sample)));
  return give (sample, func (classes_last (X), classes_last (target), reduction_of (sample)));
}

static const gchar *
cross_entropy (Sample *sample)
{
  return loss (sample, reel_cross_entropy);
}

static const gchar *
nll_loss (Sample *sample)
{
  return loss (sample, reel_nll);
}

static const gchar *
mse_loss (Sample *sample)
{
  return give (sample, reel_mse (X, Y, reduction_of (sample)));
}

#define U(name) { #name, reel_##name, NULL, NULL }
#define B(name) { #name, NULL, reel_##name, NULL }
#define F(name) { #name, NULL, NULL, name }

const GoldenOp golden_ops[] = {
  { "__radd__", NULL, reel_add, NULL }, { "__rdiv__", NULL, div_reversed, NULL },
  { "__rmatmul__", NULL, matmul_reversed, NULL }, { "__rmul__", NULL, reel_mul, NULL },
  { "__rpow__", NULL, pow_reversed, NULL }, { "__rsub__", NULL, NULL, rsub }, U (abs), F (add),
  F (amax), F (amin), { "bmm", NULL, reel_matmul, NULL }, F (broadcast_to), F (cat), U (ceil),
  { "clone", reel_contiguous, NULL, NULL }, U (contiguous), U (cos), F (diagonal),
  { "div.no_rounding_mode", NULL, reel_div, NULL }, { "dot", NULL, reel_matmul, NULL },
  U (erf), U (exp), F (expand), F (expand_as), U (expm1), F (flatten), F (flip), U (floor),
  F (gather), F (index_select), U (log), U (log1p), F (log_softmax),
  { "log_softmax.dtype", NULL, NULL, log_softmax }, F (logsumexp),
  { "mT", NULL, NULL, matrix_transpose }, F (masked_fill), B (matmul),
  { "max.binary", NULL, reel_maximum, NULL }, { "max.reduction_no_dim", NULL, NULL, amax },
  B (maximum), F (mean), { "min.binary", NULL, reel_minimum, NULL },
  { "min.reduction_no_dim", NULL, NULL, amin }, B (minimum), { "mm", NULL, reel_matmul, NULL },
  B (mul), { "mv", NULL, reel_matmul, NULL }, F (narrow), U (neg),
  { "nn.functional.cross_entropy", NULL, NULL, cross_entropy },
  { "nn.functional.elu", NULL, NULL, elu },
  { "nn.functional.embedding", NULL, NULL, embedding },
  { "nn.functional.gelu", NULL, NULL, gelu },
  { "nn.functional.hardtanh", NULL, NULL, hardtanh },
  { "nn.functional.leaky_relu", NULL, NULL, leaky_relu },
  { "nn.functional.linear", NULL, NULL, linear },
  { "nn.functional.mse_loss", NULL, NULL, mse_loss },
  { "nn.functional.nll_loss", NULL, NULL, nll_loss },
  { "nn.functional.relu", reel_relu, NULL, NULL },
  { "nn.functional.relu6", NULL, NULL, relu6 },
  { "nn.functional.silu", reel_silu, NULL, NULL },
  { "nn.functional.softplus", NULL, NULL, softplus }, F (permute), B (pow), F (prod),
  { "ravel", NULL, NULL, flatten }, U (reciprocal), F (reshape), F (reshape_as), U (round),
  { "round.decimals_0", reel_round, NULL, NULL }, U (rsqrt), F (rsub), F (scatter_add),
  { "select", NULL, NULL, select_ }, { "sgn", reel_sign, NULL, NULL }, U (sigmoid), U (sign),
  U (sin), F (softmax), { "softmax.with_dtype", NULL, NULL, softmax }, F (split),
  { "split.list_args", NULL, NULL, split }, { "split_with_sizes", NULL, NULL, split },
  U (sqrt), U (square), F (squeeze), F (stack), F (sub), F (sum), U (tan), U (tanh),
  F (transpose), F (tril), F (triu), { "true_divide", NULL, reel_div, NULL }, F (unbind),
  F (unsqueeze), F (var), { "view", NULL, NULL, reshape }, { "view_as", NULL, NULL, reshape_as },
  F (where),
};
const guint n_golden_ops = G_N_ELEMENTS (golden_ops);
