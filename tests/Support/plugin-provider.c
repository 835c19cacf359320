/* The least that ONNX Runtime takes for a plug-in provider: it is there for the CPU, and claims no nodes. */
#include <stdbool.h>
#include <onnxruntime_c_api.h>

static const OrtApi* ort;

static const char* ORT_API_CALL EpName(const OrtEp* ep) { (void)ep; return "TrialExecutionProvider"; }

static OrtStatus* ORT_API_CALL Capability(OrtEp* ep, const OrtGraph* graph, OrtEpGraphSupportInfo* info) {
  (void)ep, (void)graph, (void)info;
  return NULL;
}

static const char* ORT_API_CALL Name(const OrtEpFactory* f) { (void)f; return "TrialExecutionProvider"; }
static const char* ORT_API_CALL Vendor(const OrtEpFactory* f) { (void)f; return "trial"; }
static uint32_t ORT_API_CALL VendorId(const OrtEpFactory* f) { (void)f; return 0xBE57; }
static const char* ORT_API_CALL Version(const OrtEpFactory* f) { (void)f; return "1.0.0"; }
static bool ORT_API_CALL StreamAware(const OrtEpFactory* f) { (void)f; return false; }

static OrtStatus* ORT_API_CALL Devices(
    OrtEpFactory* f, const OrtHardwareDevice* const* all, size_t count, OrtEpDevice** mine, size_t most, size_t* found) {
  *found = 0;
  for (size_t i = 0; i < count && *found < most; i++) {
    if (ort->HardwareDevice_Type(all[i]) != OrtHardwareDeviceType_CPU) continue;
    OrtStatus* status = ort->GetEpApi()->CreateEpDevice(f, all[i], NULL, NULL, &mine[*found]);
    if (status) return status;
    ++*found;
  }
  return NULL;
}

static OrtEp provider = {.ort_version_supported = ORT_API_VERSION, .GetName = EpName, .GetCapability = Capability};

static OrtStatus* ORT_API_CALL Create(
    OrtEpFactory* f, const OrtHardwareDevice* const* devices, const OrtKeyValuePairs* const* facts, size_t count,
    const OrtSessionOptions* options, const OrtLogger* logger, OrtEp** ep) {
  (void)f, (void)devices, (void)facts, (void)count, (void)options, (void)logger;
  *ep = &provider;
  return NULL;
}

static OrtStatus* ORT_API_CALL Transfer(OrtEpFactory* f, OrtDataTransferImpl** transfer) {
  (void)f;
  *transfer = NULL;
  return NULL;
}

static void ORT_API_CALL Release(OrtEpFactory* f, OrtEp* ep) { (void)f, (void)ep; }

static OrtEpFactory factory = {
    .ort_version_supported = ORT_API_VERSION, .GetName = Name, .GetVendor = Vendor, .GetVendorId = VendorId, .GetVersion = Version,
    .GetSupportedDevices = Devices, .CreateEp = Create, .ReleaseEp = Release,
    .CreateDataTransfer = Transfer, .IsStreamAware = StreamAware};

OrtStatus* CreateEpFactories(
    const char* name, const OrtApiBase* base, const OrtLogger* logger, OrtEpFactory** factories, size_t most, size_t* made) {
  (void)name, (void)logger, (void)most;
  ort = base->GetApi(ORT_API_VERSION);
  factories[0] = &factory;
  *made = 1;
  return NULL;
}

OrtStatus* ReleaseEpFactory(OrtEpFactory* f) { (void)f; return NULL; }
