// The number of this invocation: work groups lie along two axes, since one may be too short for them.
int invocation()
{
    return int((gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x);
}
