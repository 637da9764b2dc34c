/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PyTorch's C++ library by the protocol of bench/: a line "NAME THREADS" in, a number
 * out. bench/run compiles it where REEL_BENCH_PYTHON has torch. */
#include <torch/torch.h>

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>

/* One addition of one element and its gradient, in ns. */
static double
add_step ()
{
  using clock = std::chrono::steady_clock;
  const int n = 20000;
  auto x = torch::rand ({ 1 }, torch::requires_grad ());
  auto begin = clock::now ();

  for (int i = -2000; i < n; i++)
    {
      if (i == 0)
        begin = clock::now ();
      (x + x).backward ();
      x.mutable_grad () = torch::Tensor ();
    }
  return std::chrono::duration<double, std::nano> (clock::now () - begin).count () / n;
}

int
main ()
{
  std::cout << "libtorch " << TORCH_VERSION_MAJOR << "." << TORCH_VERSION_MINOR
            << std::endl;
  for (std::string line; std::getline (std::cin, line);)
    {
      std::istringstream words (line);
      std::string name;
      int n_threads = 1;

      words >> name >> n_threads;
      torch::set_num_threads (n_threads);
      if (name == "add-step")
        std::cout << add_step () << std::endl;
      else
        std::cout << "none" << std::endl;
    }
  return 0;
}
