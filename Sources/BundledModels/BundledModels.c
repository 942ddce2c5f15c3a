#include "BundledModels.h"
